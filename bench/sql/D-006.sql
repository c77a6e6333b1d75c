WITH drug AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.fee_ocur_time::DATE AS day, l.fee_ocur_time, left(l.hilist_code, 9) AS drug, l.pric, l.inscp_amt, k."group"
  FROM fee_line l
  JOIN drug_group k ON k.item_code = l.hilist_code
  WHERE l.inscp_amt > 0),
doubled AS (
  SELECT psn_key, "group", day
  FROM drug
  GROUP BY ALL
  HAVING count(DISTINCT drug) >= 2)
SELECT d.psn_key, d.mdtrt_key, d.row_id, d.inscp_amt AS amount
FROM drug d
JOIN doubled USING (psn_key, "group", day)
QUALIFY row_number() OVER (PARTITION BY d.psn_key, d."group", d.day ORDER BY d.pric DESC, d.fee_ocur_time, d.row_id) > 1
