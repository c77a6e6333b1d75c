WITH operation_line AS (
  SELECT l.psn_key, l.mdtrt_key, l.fee_ocur_time::DATE AS day, l.fee_ocur_time, l.row_id, l.cnt, l.pric, l.pric_uplmt_amt, l.inscp_amt
  FROM fee_line l
  JOIN surgery_group k ON k.item_code = l.hilist_code
  WHERE k.approach_group = '胃肠手术组' AND l.pric > l.pric_uplmt_amt * 0.5)
SELECT psn_key, mdtrt_key, row_id, round(least(inscp_amt, (pric - pric_uplmt_amt * 0.5) * cnt), 2) AS amount
FROM operation_line
QUALIFY row_number() OVER (PARTITION BY mdtrt_key, day ORDER BY pric DESC, fee_ocur_time, row_id) > 1
