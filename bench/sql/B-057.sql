WITH round AS (
  SELECT psn_key, begntime::DATE AS day
  FROM visit
  WHERE med_type IN (SELECT visit_type FROM pharmacy_types)
  GROUP BY ALL
  HAVING count(DISTINCT fixmedins_code) >= 3)
SELECT v.psn_key, v.mdtrt_key, v.row_id, coalesce(s.fund, 0) AS amount
FROM visit v
JOIN round r ON r.psn_key = v.psn_key AND r.day = v.begntime::DATE
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE v.med_type IN (SELECT visit_type FROM pharmacy_types)
