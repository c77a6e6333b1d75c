SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_sex k ON k.item_code = l.hilist_code
JOIN person p USING (psn_key)
JOIN visit v USING (mdtrt_key)
WHERE (k."limit" = '男' AND p.gend = '2' OR k."limit" = '女' AND p.gend = '1')
  AND NOT (v.med_type IN (SELECT visit_type FROM pharmacy_types)
           AND coalesce((SELECT sum(s.fund_pay_sumamt) FROM settlement s WHERE s.mdtrt_key = l.mdtrt_key), 1) = 0)
