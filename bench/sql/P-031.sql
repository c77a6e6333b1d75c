WITH test AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, left(l.hilist_code, 11) AS test, l.fee_ocur_time, l.inscp_amt, k.days
  FROM fee_line l
  JOIN service_cycle k ON k.item_code = l.hilist_code AND l.fee_ocur_time >= k.valid_from
  WHERE l.inscp_amt > 0)
SELECT DISTINCT b.psn_key, b.mdtrt_key, b.row_id, b.inscp_amt AS amount
FROM test a
JOIN test b ON b.psn_key = a.psn_key AND b.test = a.test AND b.fee_ocur_time > a.fee_ocur_time AND b.fee_ocur_time < a.fee_ocur_time + INTERVAL 16 DAY
WHERE date_diff('day', a.fee_ocur_time, b.fee_ocur_time) < a.days
