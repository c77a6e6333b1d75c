WITH training AS (
  SELECT psn_key, mdtrt_key, row_id, fee_ocur_time, inscp_amt
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM rehab_items) AND inscp_amt > 0),
assessment AS (
  SELECT psn_key, fee_ocur_time
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM rehab_assessments))
SELECT a.psn_key, a.mdtrt_key, a.row_id, a.inscp_amt AS amount
FROM training a
WHERE NOT EXISTS (
  FROM assessment b
  WHERE b.psn_key = a.psn_key AND b.fee_ocur_time > a.fee_ocur_time - INTERVAL 30 DAY AND b.fee_ocur_time < a.fee_ocur_time + INTERVAL 30 DAY)
