WITH stay AS (
  SELECT v.psn_key, v.mdtrt_key, v.row_id, v.begntime, v.endtime, s.fund
  FROM visit v
  LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
  WHERE v.ipt_flag)
SELECT a.psn_key, if(a.fund < b.fund, a.mdtrt_key, b.mdtrt_key) AS mdtrt_key, if(a.fund < b.fund, a.row_id, b.row_id) AS row_id,
       coalesce(if(a.fund < b.fund, a.fund, b.fund), 0) AS amount
FROM stay a
JOIN stay b ON b.psn_key = a.psn_key AND (b.begntime, b.row_id) > (a.begntime, a.row_id) AND b.begntime < a.endtime AND a.begntime < b.endtime
WHERE a.endtime::DATE > b.begntime::DATE AND b.endtime::DATE > a.begntime::DATE
