SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code_id IN (SELECT item_code_id FROM antibiotic_special) AND l.inscp_amt > 0 AND NOT v.ipt_flag
  AND v.med_type_id NOT IN (SELECT visit_type_id FROM emergency_types)
