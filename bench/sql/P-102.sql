WITH share AS (
  SELECT psn_key, mdtrt_key, row_id, preselfpay_amt,
         round((det_item_fee_sumamt - fulamt_ownpay_amt - overlmt_selfpay) * selfpay_prop, 2) AS due
  FROM fee_line
  WHERE chrgitm_lv = '02')
SELECT psn_key, mdtrt_key, row_id, greatest(0, due - preselfpay_amt) AS amount
FROM share
WHERE abs(preselfpay_amt - due) > 0.01
