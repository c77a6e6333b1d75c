SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN service_sex k ON k.item_code = l.hilist_code
JOIN person p USING (psn_key)
WHERE k."limit" = '男' AND p.gend = '2' OR k."limit" = '女' AND p.gend = '1'
