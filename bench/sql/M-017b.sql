WITH purchase AS (
  SELECT psn_key, mdtrt_key, row_id,
         row_number() OVER (PARTITION BY psn_key, date_trunc('month', begntime) ORDER BY begntime DESC, row_id DESC) AS from_last,
         count(*) OVER (PARTITION BY psn_key, date_trunc('month', begntime)) AS purchases
  FROM visit
  WHERE med_type IN (SELECT visit_type FROM pharmacy_types))
SELECT p.psn_key, p.mdtrt_key, p.row_id, coalesce(s.fund, 0) AS amount
FROM purchase p
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE from_last <= purchases - 15
