WITH clean AS (
  SELECT o.mdtrt_key, min(o.oprn_oprt_endtime + to_hours(k.hours::INTEGER)) AS until
  FROM operation o
  JOIN clean_operations k ON k.operation = o.oprn_oprt_code
  JOIN visit v USING (mdtrt_key)
  WHERE v.ipt_flag AND v.dscg_maindiag_code NOT IN (SELECT diagnosis FROM infection_diagnoses)
    AND o.mdtrt_key NOT IN (SELECT d.mdtrt_key FROM diagnosis d JOIN infection_diagnoses i ON i.diagnosis = d.diag_code)
  GROUP BY o.mdtrt_key)
SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt AS amount
FROM fee_line l
JOIN clean c USING (mdtrt_key)
WHERE l.hilist_code LIKE 'XJ01%' AND l.inscp_amt > 0 AND l.fee_ocur_time > c.until
