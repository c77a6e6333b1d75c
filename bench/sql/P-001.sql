SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN drug_insurance k ON k.item_code = l.hilist_code
JOIN visit v USING (mdtrt_key)
WHERE k."limit" = '工伤' AND l.inscp_amt > 0
  AND v.insutype IN ('310', '320', '330', '340', '350', '360', '370', '380', '390', '391', '392', '399')
