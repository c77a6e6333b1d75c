WITH paid AS (
  SELECT s.psn_key, s.mdtrt_key, s.row_id, s.acct_pay, s.balc,
         sum(s.acct_pay) OVER (PARTITION BY s.psn_key, v.fixmedins_code ORDER BY s.setl_time
                               RANGE BETWEEN INTERVAL '2 days 23:59:59' PRECEDING AND CURRENT ROW) AS spent
  FROM settlement s
  JOIN visit v USING (mdtrt_key)
  WHERE v.med_type IN (SELECT visit_type FROM pharmacy_types) AND s.acct_pay > 0)
SELECT psn_key, mdtrt_key, row_id, acct_pay AS amount
FROM paid
WHERE balc + spent >= 1000 AND spent >= (balc + spent) * 0.9
