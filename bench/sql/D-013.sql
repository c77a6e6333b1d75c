WITH crowded AS (
  SELECT mdtrt_key, rx_drord_no_key
  FROM fee_line
  WHERE hilist_code LIKE 'T%' AND inscp_amt > 0 AND rx_drord_no_key IS NOT NULL
  GROUP BY mdtrt_key, rx_drord_no_key
  HAVING count(DISTINCT hilist_code) > 25)
SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN crowded USING (mdtrt_key, rx_drord_no_key)
WHERE l.hilist_code LIKE 'T%' AND l.inscp_amt > 0
