WITH main AS (
  SELECT o.psn_key, o.mdtrt_key, o.row_id, [k.c1, k.c2, k.c3, k.c4, k.c5, k.c6] AS chapters
  FROM operation o
  JOIN operation_chapter k ON k.operation = o.oprn_oprt_code
  WHERE o.main_oprn_flag)
SELECT m.psn_key, m.mdtrt_key, m.row_id, 0 AS amount
FROM main m
JOIN visit v USING (mdtrt_key)
WHERE NOT list_contains(m.chapters, left(v.dscg_maindiag_code, 1))
  AND NOT EXISTS (FROM diagnosis d WHERE d.mdtrt_key = m.mdtrt_key AND list_contains(m.chapters, left(d.diag_code, 1)))
