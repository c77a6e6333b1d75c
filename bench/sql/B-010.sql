WITH bed AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.fee_ocur_time, l.inscp_amt
  FROM fee_line l
  JOIN visit v USING (mdtrt_key)
  WHERE l.hilist_code LIKE '00110900%' AND v.ipt_flag AND l.inscp_amt > 0 AND v.med_type NOT IN ('21303', '2105', '2114', '61')),
service AS (
  SELECT DISTINCT psn_key, fee_ocur_time
  FROM fee_line
  WHERE med_chrgitm_type IN ('03', '04', '05', '06', '08', '09', '10', '11') AND psn_key IN (SELECT psn_key FROM bed)),
around AS (
  SELECT b.*, s.fee_ocur_time AS before
  FROM bed b
  ASOF LEFT JOIN service s ON s.psn_key = b.psn_key AND s.fee_ocur_time <= b.fee_ocur_time)
SELECT a.psn_key, a.mdtrt_key, a.row_id, a.inscp_amt AS amount
FROM around a
ASOF LEFT JOIN service s ON s.psn_key = a.psn_key AND s.fee_ocur_time >= a.fee_ocur_time
WHERE (a.before IS NULL OR a.fee_ocur_time - a.before >= INTERVAL 36 HOUR)
  AND (s.fee_ocur_time IS NULL OR s.fee_ocur_time - a.fee_ocur_time >= INTERVAL 36 HOUR)
