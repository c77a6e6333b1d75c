WITH herb AS (
  SELECT l.psn_key, l.mdtrt_key, l.rx_drord_no_key, l.row_id, l.inscp_amt, k.item_code IS NOT NULL AS single
  FROM fee_line l
  LEFT JOIN herb_single k ON k.item_code = l.hilist_code AND l.fee_ocur_time >= k.valid_from
  WHERE l.hilist_code LIKE 'T%' AND l.inscp_amt > 0 AND l.rx_drord_no_key IS NOT NULL)
SELECT psn_key, mdtrt_key, row_id, inscp_amt AS amount
FROM herb
QUALIFY bool_and(single) OVER (PARTITION BY mdtrt_key, rx_drord_no_key)
