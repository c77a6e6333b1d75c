WITH service AS (
  SELECT l.psn_key, l.mdtrt_key, l.hilist_code, l.fee_ocur_time::DATE AS day, l.fee_ocur_time, l.row_id, l.cnt, l.inscp_amt, k.max_per_day
  FROM fee_line l
  JOIN service_frequency k ON k.item_code = l.hilist_code AND l.fee_ocur_time >= k.valid_from
  WHERE l.inscp_amt > 0),
taken AS (
  SELECT *, sum(cnt) OVER (PARTITION BY mdtrt_key, hilist_code, day) - max_per_day
            - coalesce(sum(cnt) OVER (PARTITION BY mdtrt_key, hilist_code, day ORDER BY fee_ocur_time DESC, row_id DESC
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM service)
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM taken
WHERE rest > 0
