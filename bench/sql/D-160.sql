WITH training AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.fee_ocur_time, l.cnt, l.inscp_amt,
         sum(l.cnt) OVER (PARTITION BY l.psn_key, l.fee_ocur_time::DATE) - k.max_per_day
         - coalesce(sum(l.cnt) OVER (PARTITION BY l.psn_key, l.fee_ocur_time::DATE ORDER BY l.fee_ocur_time DESC, l.row_id DESC
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM fee_line l
  JOIN rehab_daily k ON k.item_code = l.hilist_code
  WHERE l.hilist_code LIKE '00340200020%' AND l.inscp_amt > 0)
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM training
WHERE rest > 0
