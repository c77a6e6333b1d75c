WITH restricted AS (
  SELECT l.psn_key, l.mdtrt_key, l.row_id, l.inscp_amt, [k.dx1, k.dx2, k.dx3, k.dx4, k.dx5, k.dx6, k.dx7, k.dx8] AS allowed
  FROM fee_line l
  JOIN drug_indication k ON k.item_code = l.hilist_code
  WHERE l.inscp_amt > 0)
SELECT r.psn_key, r.mdtrt_key, r.row_id, r.inscp_amt AS amount
FROM restricted r
JOIN visit v USING (mdtrt_key)
WHERE NOT list_contains(r.allowed, left(v.dscg_maindiag_code, 3)) AND v.med_type NOT IN ('1301', '991401')
  AND NOT EXISTS (FROM diagnosis d WHERE d.mdtrt_key = r.mdtrt_key AND list_contains(r.allowed, left(d.diag_code, 3)))
