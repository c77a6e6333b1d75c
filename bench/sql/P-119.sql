SELECT l.psn_key, l.mdtrt_key, l.row_id, round(l.inscp_amt - k.standard * l.cnt, 2) AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
JOIN bed_standard k ON k.item_code = l.hilist_code AND k.level = v.hosp_lv AND starts_with(v.fix_blng_admdvs, k.area)
WHERE l.inscp_amt > k.standard * l.cnt
