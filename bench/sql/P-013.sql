SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_visit_type k ON k.item_code = l.hilist_code
JOIN visit v USING (mdtrt_key)
WHERE k."limit" = '住院' AND l.inscp_amt > 0 AND NOT v.ipt_flag AND v.med_type NOT IN ('28', '71')
  AND NOT (k.basis LIKE '限急诊%' AND v.med_type IN (SELECT visit_type FROM emergency_types))
