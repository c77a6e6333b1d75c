WITH prescribed AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt, l.prd_days,
         CASE WHEN v.med_type IN (SELECT visit_type FROM chronic_types) OR v.med_type IN (SELECT visit_type FROM pharmacy_types) THEN 84
              WHEN v.med_type IN (SELECT visit_type FROM emergency_types) THEN 3 ELSE 7 END AS days_max
  FROM fee_line l
  JOIN visit v USING (mdtrt_key)
  WHERE l.list_type = '101' AND l.inscp_amt >= 100 AND l.prd_days > 3 AND NOT v.ipt_flag AND coalesce(l.hosp_appr_flag, '0') <> '1')
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * (prd_days - days_max) / prd_days, 2) AS amount
FROM prescribed
WHERE prd_days > days_max
