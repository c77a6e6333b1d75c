WITH stay AS (
  SELECT psn_key, mdtrt_key, row_id, begntime, endtime, med_type, dscg_way, fixmedins_code, left(dscg_maindiag_code, 3) AS disease, adm_dept_codg, dscg_maindiag_code
  FROM visit
  WHERE ipt_flag),
followed AS (
  SELECT a.*, b.mdtrt_key AS next_key, b.row_id AS next_row, b.begntime AS next_begin, b.fixmedins_code AS next_institution, b.disease AS next_disease,
         b.adm_dept_codg AS next_department, b.dscg_maindiag_code AS next_diagnosis, b.med_type AS next_type
  FROM stay a
  JOIN stay b ON b.psn_key = a.psn_key AND b.begntime > a.begntime
  QUALIFY row_number() OVER (PARTITION BY a.row_id ORDER BY b.begntime, b.row_id) = 1)
SELECT f.psn_key, f.next_key AS mdtrt_key, f.next_row AS row_id, coalesce(s.fund, 0) AS amount
FROM followed f
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s ON s.mdtrt_key = f.next_key
WHERE date_diff('day', f.endtime, f.next_begin) BETWEEN 0 AND 15 AND f.next_institution = f.fixmedins_code
  AND (f.next_disease = f.disease OR f.next_department = f.adm_dept_codg)
  AND f.next_diagnosis NOT IN (SELECT diagnosis FROM readmit_exempt_diagnoses)
  AND f.next_type NOT IN (SELECT visit_type FROM emergency_types) AND f.dscg_way NOT IN ('2', '3')
  AND f.next_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN readmit_exempt_diagnoses k ON k.diagnosis = d.diag_code)
