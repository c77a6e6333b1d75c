WITH session AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.fee_ocur_time, date_trunc('week', l.fee_ocur_time) AS week, l.cnt, l.inscp_amt
  FROM fee_line l
  JOIN visit v USING (mdtrt_key)
  WHERE l.hilist_code IN (SELECT item_code FROM dialysis_items) AND l.inscp_amt > 0
    AND v.dscg_maindiag_code NOT IN (SELECT diagnosis FROM acute_dialysis_diagnoses)
    AND l.mdtrt_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN acute_dialysis_diagnoses k ON k.diagnosis = d.diag_code)),
taken AS (
  SELECT *, sum(cnt) OVER (PARTITION BY psn_key, week) - 3
            - coalesce(sum(cnt) OVER (PARTITION BY psn_key, week ORDER BY fee_ocur_time DESC, row_id DESC
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM session)
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM taken
WHERE rest > 0
