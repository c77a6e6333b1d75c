SELECT v.psn_key, v.mdtrt_key, v.row_id, coalesce(s.fund, 0) AS amount
FROM visit v
JOIN tiered_disease k ON k.diagnosis = v.dscg_maindiag_code AND starts_with(v.fix_blng_admdvs, k.area)
LEFT JOIN (SELECT mdtrt_key, sum(fund_pay_sumamt) AS fund FROM settlement GROUP BY mdtrt_key) s USING (mdtrt_key)
WHERE v.ipt_flag AND (v.hosp_lv IN ('01', '02', '03', '04', '12') OR k.max_rank = 1 AND v.hosp_lv IN ('05', '06', '07', '13'))
  AND v.med_type NOT IN (SELECT visit_type FROM emergency_types) AND v.refl_old_mdtrt_key IS NULL
