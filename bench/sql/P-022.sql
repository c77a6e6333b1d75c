SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code IN (SELECT item_code FROM inpatient_only_items) AND l.inscp_amt > 0 AND NOT v.ipt_flag AND v.med_type NOT IN ('28', '71')
