WITH image AS (
  SELECT psn_key, mdtrt_key, row_id, hilist_code, fee_ocur_time::DATE AS day, inscp_amt
  FROM fee_line
  WHERE hilist_code IN (SELECT item_code FROM imaging_pair UNION SELECT excluded_code FROM imaging_pair))
SELECT DISTINCT b.psn_key, b.mdtrt_key, b.row_id, b.inscp_amt AS amount
FROM image a
JOIN imaging_pair k ON k.item_code = a.hilist_code AND k.rule = '平扫增强'
JOIN image b ON b.psn_key = a.psn_key AND b.day = a.day AND b.hilist_code = k.excluded_code AND b.row_id <> a.row_id
WHERE b.inscp_amt > 0
