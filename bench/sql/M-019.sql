WITH cost AS (
  SELECT mdtrt_key, sum(det_item_fee_sumamt) AS total,
         sum(det_item_fee_sumamt) FILTER (med_chrgitm_type IN ('03', '04')) AS tests,
         sum(det_item_fee_sumamt) FILTER (med_chrgitm_type IN ('05', '06')) AS treatment,
         count(*) FILTER (med_chrgitm_type = '06' OR hilist_code LIKE '0012040000%') AS interventions
  FROM fee_line
  WHERE mdtrt_key IN (SELECT mdtrt_key FROM visit WHERE ipt_flag)
  GROUP BY mdtrt_key),
low AS (
  SELECT c.mdtrt_key
  FROM cost c
  JOIN visit v USING (mdtrt_key)
  WHERE (coalesce(tests, 0) >= total * 0.6)::INTEGER * 25 + (coalesce(treatment, 0) < total * 0.1)::INTEGER * 20 + (interventions = 0)::INTEGER * 15
        + (greatest(1, date_diff('day', v.begntime, v.endtime)) <= 3)::INTEGER * 10
        + (v.dscg_maindiag_code IN (SELECT diagnosis FROM outpatient_diagnoses))::INTEGER * 15 >= 60)
SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN low USING (mdtrt_key)
