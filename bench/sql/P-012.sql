SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_hospital_level k ON k.item_code = l.hilist_code
JOIN visit v USING (mdtrt_key)
WHERE l.inscp_amt > 0
  AND (v.hosp_lv IN ('08', '09', '10', '11', '14') OR k.min_rank = 3 AND v.hosp_lv IN ('05', '06', '07', '13'))
  AND v.med_type NOT IN ('1301', '991401')
