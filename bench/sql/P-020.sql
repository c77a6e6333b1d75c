SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code IN (SELECT item_code FROM rehab_items) AND l.inscp_amt > 0 AND v.ipt_flag
  AND v.dscg_maindiag_code NOT IN (SELECT diagnosis FROM rehab_indications)
  AND l.mdtrt_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN rehab_indications k ON k.diagnosis = d.diag_code)
