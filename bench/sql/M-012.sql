WITH crowded AS (
  SELECT l.mdtrt_key, l.rx_drord_no_key
  FROM fee_line l
  JOIN visit v USING (mdtrt_key)
  WHERE l.med_chrgitm_type IN ('09', '11') AND l.inscp_amt > 0 AND NOT v.ipt_flag AND v.med_type NOT IN (SELECT visit_type FROM pharmacy_types) AND l.rx_drord_no_key IS NOT NULL
  GROUP BY l.mdtrt_key, l.rx_drord_no_key
  HAVING count(DISTINCT l.hilist_code) > 5)
SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN crowded c USING (mdtrt_key, rx_drord_no_key)
WHERE l.med_chrgitm_type IN ('09', '11') AND l.inscp_amt > 0
