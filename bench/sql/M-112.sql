WITH daily AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.fee_ocur_time, l.cnt, l.inscp_amt, k.family,
         sum(l.cnt) OVER (PARTITION BY l.mdtrt_key, k.family) - greatest(1, date_diff('day', v.begntime, v.endtime))
         - coalesce(sum(l.cnt) OVER (PARTITION BY l.mdtrt_key, k.family ORDER BY l.fee_ocur_time DESC, l.row_id DESC
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM fee_line l
  JOIN stay_day_items k ON k.item_code = l.hilist_code
  JOIN visit v USING (mdtrt_key)
  WHERE v.ipt_flag AND l.inscp_amt > 0)
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM daily
WHERE rest > 0
