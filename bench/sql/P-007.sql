SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_age k ON k.item_code = l.hilist_code
JOIN person p USING (psn_key)
JOIN visit v USING (mdtrt_key)
WHERE k."limit" = '儿童' AND l.inscp_amt > 0 AND date_sub('year', p.brdy, l.fee_ocur_time::DATE) >= 14
  AND NOT (v.med_type IN (SELECT visit_type FROM pharmacy_types)
           AND coalesce((SELECT sum(s.fund_pay_sumamt) FROM settlement s WHERE s.mdtrt_key = l.mdtrt_key), 1) = 0)
