SELECT v.psn_key, v.mdtrt_key, v.row_id, s.fund AS amount
FROM visit v
JOIN person p USING (psn_key)
JOIN (SELECT mdtrt_key, sum(medfee_sumamt) AS total, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE (v.dscg_maindiag_code IN (SELECT diagnosis FROM grave_diagnoses)
       OR v.mdtrt_key IN (SELECT d.mdtrt_key FROM diagnosis d JOIN grave_diagnoses k ON k.diagnosis = d.diag_code))
  AND date_diff('day', p.psn_insu_date, v.begntime::DATE) BETWEEN 0 AND 30 AND s.total > 20000
  AND NOT date_sub('year', p.brdy, v.begntime::DATE) < 1
