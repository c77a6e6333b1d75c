WITH service AS (
  SELECT psn_key, mdtrt_key, row_id, hilist_code, fee_ocur_time, inscp_amt
  FROM fee_line
  WHERE inscp_amt > 0 AND hilist_code IN (SELECT item_code FROM service_pair UNION SELECT excluded_code FROM service_pair))
SELECT DISTINCT b.psn_key, b.mdtrt_key, b.row_id, b.inscp_amt AS amount
FROM service a
JOIN service_pair k ON k.item_code = a.hilist_code AND k."window" = '6小时'
JOIN service b ON b.psn_key = a.psn_key AND b.hilist_code = k.excluded_code AND b.row_id <> a.row_id
              AND b.fee_ocur_time > a.fee_ocur_time - INTERVAL 6 HOUR AND b.fee_ocur_time < a.fee_ocur_time + INTERVAL 6 HOUR
