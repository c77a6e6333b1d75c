SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN departments d ON d.department = l.acord_dept_codg
WHERE l.hilist_code IN (SELECT item_code FROM icu_items) AND l.inscp_amt > 0 AND d.kind NOT IN ('重症', '心内')
