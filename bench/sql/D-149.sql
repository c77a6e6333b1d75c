SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE l.hilist_code IN (SELECT item_code FROM dialysis_items) AND l.inscp_amt > 0
  AND v.dscg_maindiag_code NOT IN (SELECT diagnosis FROM dialysis_diagnoses)
  AND l.mdtrt_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN dialysis_diagnoses k ON k.diagnosis = d.diag_code)
  AND (v.dise_no IS NULL OR v.dise_no NOT IN (SELECT disease FROM dialysis_diseases))
