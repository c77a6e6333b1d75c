SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_visit_type k ON k.item_code_id = l.hilist_code_id
JOIN visit v USING (mdtrt_key)
WHERE k."limit" = '住院' AND l.inscp_amt > 0 AND NOT v.ipt_flag AND v.med_type NOT IN ('28', '71')
  AND NOT (k.basis LIKE '限急诊%' AND v.med_type_id IN (SELECT visit_type_id FROM emergency_types))
