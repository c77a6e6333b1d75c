SELECT b.psn_key, b.mdtrt_key, b.row_id, coalesce(s.fund, 0) AS amount
FROM visit a
JOIN visit b ON b.psn_key = a.psn_key AND b.begntime < a.endtime AND a.begntime < b.endtime
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s ON s.mdtrt_key = b.mdtrt_key
WHERE a.ipt_flag AND NOT b.ipt_flag AND b.begntime::DATE > a.begntime::DATE AND b.begntime::DATE < a.endtime::DATE
  AND a.fixmedins_code <> b.fixmedins_code AND b.refl_old_mdtrt_key IS NULL
