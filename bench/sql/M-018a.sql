WITH stay AS (
  SELECT psn_key, mdtrt_key, row_id,
         count(*) OVER (PARTITION BY psn_key ORDER BY begntime RANGE BETWEEN INTERVAL '89 days 23:59:59' PRECEDING AND CURRENT ROW) AS stays
  FROM visit
  WHERE ipt_flag AND dscg_maindiag_code NOT IN (SELECT diagnosis FROM readmit_exempt_diagnoses))
SELECT t.psn_key, t.mdtrt_key, t.row_id, coalesce(s.fund, 0) AS amount
FROM stay t
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE stays > 3
