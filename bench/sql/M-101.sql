SELECT psn_key, mdtrt_key, row_id, 0 AS amount
FROM settlement
WHERE abs(medfee_sumamt - (fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt)) > 0.01
   OR abs(medfee_sumamt - (fund_pay_sumamt + psn_pay)) > 0.01
   OR abs(psn_pay - (acct_pay + cash_payamt + coalesce(acct_mulaid_pay, 0))) > 0.01
