SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code IN (SELECT item_code FROM antibiotic_special) AND l.inscp_amt > 0 AND NOT v.ipt_flag
  AND v.med_type NOT IN (SELECT visit_type FROM emergency_types)
