WITH supply AS (
  SELECT psn_key, mdtrt_key, row_id, inscp_amt,
         sum(coalesce(prd_days, cnt / (sin_dos_dscr * CASE used_frqu_dscr WHEN 'qd' THEN 1 WHEN 'bid' THEN 2 WHEN 'tid' THEN 3 END))) OVER w AS days,
         count(*) OVER w AS times
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM long_term_drugs) AND inscp_amt > 0
  WINDOW w AS (PARTITION BY psn_key, left(hilist_code, 9) ORDER BY fee_ocur_time RANGE BETWEEN INTERVAL '179 days 23:59:59' PRECEDING AND CURRENT ROW))
SELECT psn_key, mdtrt_key, row_id, inscp_amt AS amount
FROM supply
WHERE times >= 2 AND days >= 1.5 * 180 AND days - 180 >= 60
