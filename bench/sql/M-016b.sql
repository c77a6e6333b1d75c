WITH clinic AS (
  SELECT psn_key, mdtrt_key, row_id,
         row_number() OVER (PARTITION BY psn_key, date_trunc('month', begntime) ORDER BY begntime DESC, row_id DESC) AS from_last,
         count(*) OVER (PARTITION BY psn_key, date_trunc('month', begntime)) AS visits
  FROM visit
  WHERE NOT ipt_flag AND med_type NOT IN (SELECT visit_type FROM pharmacy_types) AND med_type NOT IN ('12', '51')
    AND (dscg_maindiag_code IS NULL OR dscg_maindiag_code NOT IN (SELECT diagnosis FROM readmit_exempt_diagnoses))
    AND mdtrt_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN readmit_exempt_diagnoses k ON k.diagnosis = d.diag_code)
    AND (dise_no IS NULL OR dise_no NOT IN (SELECT disease FROM dialysis_diseases)))
SELECT c.psn_key, c.mdtrt_key, c.row_id, coalesce(s.fund, 0) AS amount
FROM clinic c
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE from_last <= visits - 15
