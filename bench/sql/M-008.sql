SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN visit v USING (mdtrt_key)
WHERE v.ipt_flag AND l.inscp_amt > 0
  AND (l.fee_ocur_time::DATE < v.begntime::DATE OR l.fee_ocur_time::DATE > v.endtime::DATE)
  AND NOT (v.med_type = '28' AND l.med_chrgitm_type IN ('03', '04') AND date_diff('day', l.fee_ocur_time, v.begntime) BETWEEN 0 AND 3)
