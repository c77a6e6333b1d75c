SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_elderly_avoid k ON k.item_code = l.hilist_code
JOIN person p USING (psn_key)
WHERE date_sub('year', p.brdy, l.fee_ocur_time::DATE) >= k.age AND NOT coalesce(l.bilg_dept_codg, '-') LIKE 'A26%'
