WITH service AS (
  SELECT l.psn_key, l.mdtrt_key, left(l.hilist_code, 11) AS service, year(l.fee_ocur_time) AS year, l.row_id, l.fee_ocur_time, l.cnt, l.inscp_amt, k.days
  FROM fee_line l
  JOIN service_course k ON k.item_code = l.hilist_code AND l.fee_ocur_time >= k.valid_from
  WHERE l.inscp_amt > 0),
course AS (
  SELECT psn_key, service, year,
         sum(cnt) * (count(DISTINCT fee_ocur_time::DATE) - arg_min(days, (fee_ocur_time, row_id))) / count(DISTINCT fee_ocur_time::DATE) AS excess
  FROM service
  GROUP BY ALL
  HAVING count(DISTINCT fee_ocur_time::DATE) > arg_min(days, (fee_ocur_time, row_id))),
taken AS (
  SELECT s.*, c.excess - coalesce(sum(s.cnt) OVER (PARTITION BY s.psn_key, s.service, s.year ORDER BY s.fee_ocur_time DESC, s.row_id DESC
                                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS rest
  FROM service s
  JOIN course c USING (psn_key, service, year))
SELECT psn_key, mdtrt_key, row_id, round(inscp_amt * least(cnt, rest) / cnt, 2) AS amount
FROM taken
WHERE rest > 0
