SELECT l.psn_key, l.mdtrt_key, l.row_id,
       greatest(0, round(least(l.inscp_amt, (l.pric - k.ceiling) * l.cnt - coalesce(l.overlmt_selfpay, 0)), 2)) AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
JOIN price_ceiling k ON k.item_code_id = l.hilist_code_id AND k.level_id = v.hosp_lv_id AND starts_with(v.fix_blng_admdvs, k.area)
WHERE l.pric > k.ceiling
