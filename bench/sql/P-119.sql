SELECT l.psn_key, l.mdtrt_key, l.row_id, round(l.inscp_amt - k.standard * l.cnt, 2) AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
JOIN bed_standard k ON k.item_code_id = l.hilist_code_id AND k.level_id = v.hosp_lv_id AND starts_with(v.fix_blng_admdvs, k.area)
WHERE l.inscp_amt > k.standard * l.cnt
