SELECT d.psn_key, d.mdtrt_key, d.row_id, 0 AS amount
FROM diagnosis d
JOIN diagnosis_sex k ON k.diagnosis = d.diag_code
JOIN person p USING (psn_key)
WHERE p.gend IN ('1', '2') AND p.gend <> k.sex
