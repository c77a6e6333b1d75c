WITH nursing AS (
  SELECT psn_key, mdtrt_key, row_id, hilist_code, fee_ocur_time::DATE AS day, inscp_amt
  FROM fee_line
  WHERE hilist_code LIKE '001201000%')
SELECT b.psn_key, b.mdtrt_key, b.row_id, b.inscp_amt AS amount
FROM nursing b
WHERE b.hilist_code LIKE '00120100014%' AND b.inscp_amt > 0
  AND EXISTS (FROM nursing a WHERE a.psn_key = b.psn_key AND a.day = b.day AND a.hilist_code LIKE '00120100002%')
