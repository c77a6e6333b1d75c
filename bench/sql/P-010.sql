WITH drug AS (
  SELECT l.psn_key, l.mdtrt_key, left(l.hilist_code, 11) AS drug, l.row_id, l.fee_ocur_time, l.cnt, l.inscp_amt, k.days
  FROM fee_line l
  JOIN drug_course k ON k.item_code = l.hilist_code
  WHERE l.inscp_amt > 0),
course AS (
  SELECT mdtrt_key, drug, sum(cnt) * (count(DISTINCT fee_ocur_time::DATE) - min(days)) / count(DISTINCT fee_ocur_time::DATE) AS excess
  FROM drug
  GROUP BY mdtrt_key, drug
  HAVING count(DISTINCT fee_ocur_time::DATE) > min(days)),
taken AS (
  SELECT d.*, c.excess - coalesce(sum(d.cnt) OVER (PARTITION BY d.mdtrt_key, d.drug ORDER BY d.fee_ocur_time DESC, d.row_id DESC
                                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM drug d
  JOIN course c USING (mdtrt_key, drug))
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM taken
WHERE rest > 0
