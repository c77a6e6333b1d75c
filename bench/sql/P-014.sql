SELECT l.psn_key, l.mdtrt_key, l.row_id,
       greatest(0, round(least(l.inscp_amt, (l.pric - k.ceiling) * l.cnt - coalesce(l.overlmt_selfpay, 0)), 2)) AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
JOIN price_ceiling k ON k.item_code = l.hilist_code AND k.level = v.hosp_lv AND starts_with(v.fix_blng_admdvs, k.area)
WHERE l.pric > k.ceiling
