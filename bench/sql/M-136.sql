SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * (prd_days - 7) / prd_days, 2) AS amount
FROM fee_line
WHERE dscg_tkdrug_flag = '1' AND inscp_amt > 0 AND prd_days > 7
  AND NOT (hilist_code IN (SELECT item_code FROM long_term_drugs) AND prd_days <= 30)
