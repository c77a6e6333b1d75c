WITH drug AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt, left(l.hilist_code, 9) AS drug, l.fee_ocur_time, l.prd_days, l.bilg_dr_code, v.fixmedins_code
  FROM fee_line l
  JOIN visit v USING (mdtrt_key)
  WHERE l.hilist_code IN (SELECT item_code FROM long_term_drugs) AND l.inscp_amt > 0),
shopped AS (
  SELECT *, count(DISTINCT bilg_dr_code) OVER w AS doctors, count(DISTINCT fixmedins_code) OVER w AS institutions, sum(prd_days) OVER w AS days
  FROM drug
  WINDOW w AS (PARTITION BY psn_key, drug ORDER BY fee_ocur_time RANGE BETWEEN INTERVAL '89 days 23:59:59' PRECEDING AND CURRENT ROW))
SELECT psn_key, mdtrt_key, row_id, inscp_amt AS amount
FROM shopped
WHERE doctors >= 4 AND institutions >= 4 AND days > 90
