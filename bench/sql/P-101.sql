SELECT psn_key, mdtrt_key, row_id, inscp_amt AS amount
FROM fee_line
WHERE chrgitm_lv = '03' AND inscp_amt > 0
