SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code LIKE '00331%' AND l.med_chrgitm_type = '06' AND v.ipt_flag
  AND l.mdtrt_key NOT IN (SELECT mdtrt_key FROM operation)
