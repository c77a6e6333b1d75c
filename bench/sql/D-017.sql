SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN service_age k ON k.item_code = l.hilist_code
JOIN person p USING (psn_key)
WHERE k."limit" = '新生儿' AND date_diff('day', p.brdy, l.fee_ocur_time::DATE) > 28
   OR k."limit" = '婴幼儿' AND date_sub('year', p.brdy, l.fee_ocur_time::DATE) >= 3
   OR k."limit" = '儿童' AND date_sub('year', p.brdy, l.fee_ocur_time::DATE) >= 14
