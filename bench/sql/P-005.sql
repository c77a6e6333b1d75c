WITH second_line AS (
  SELECT psn_key, mdtrt_key, row_id, fee_ocur_time, inscp_amt
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM second_line_drugs) AND inscp_amt > 0),
first_line AS (
  SELECT psn_key, fee_ocur_time
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM first_line_diabetes))
SELECT a.psn_key, a.mdtrt_key, a.row_id, a.inscp_amt AS amount
FROM second_line a
WHERE NOT EXISTS (
    FROM first_line b
    WHERE b.psn_key = a.psn_key AND b.fee_ocur_time <= a.fee_ocur_time AND b.fee_ocur_time > a.fee_ocur_time - INTERVAL 180 DAY)
  AND a.mdtrt_key NOT IN (SELECT mdtrt_key FROM diagnosis WHERE diag_code LIKE 'Z88%')
