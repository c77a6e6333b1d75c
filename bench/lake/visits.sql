-- A year of visits of the persons of buckets [bucket_from, bucket_until). Variables: bucket_from, bucket_until.
CREATE OR REPLACE TEMP TABLE plan AS
SELECT * FROM (
  SELECT n, psn_key, psn_no, bucket, gend, brdy, age_on(brdy, DATE '2026-07-01') AS age,
         age_on(brdy, DATE '2026-07-01') > 50 AND dice(n, 20, 100) < 25 AS is_chronic, dice(n, 21, 2000) = 0 AS is_dialysis, dice(n, 22, 3000) = 0 AS is_hoarder
  FROM person WHERE bucket >= getvariable('bucket_from') AND bucket < getvariable('bucket_until'));

-- One row a visit: what kind, and its number among the person's.
CREATE OR REPLACE TEMP TABLE occasion AS
SELECT *, row_number() OVER (PARTITION BY n ORDER BY kind, i) AS visit FROM (
  SELECT *, unnest(range(CASE kind
      WHEN 'clinic' THEN if(is_hoarder, 40, least(40, floor(-ln(part(n, 23)) * 3.1)))
      WHEN 'chronic' THEN if(is_chronic, 6 + dice(n, 24, 7), 0)
      WHEN 'pharmacy' THEN if(is_hoarder, 40, least(30, floor(-ln(part(n, 25)) * 1.6)))
      WHEN 'herbs' THEN if(dice(n, 26, 100) < 8, 1 + dice(n, 27, 3), 0)
      WHEN 'dialysis' THEN if(is_dialysis, 150, 0)
      ELSE CASE WHEN dice(n, 28, 1000) < 6 THEN 6 WHEN dice(n, 28, 1000) < 20 THEN 3 WHEN dice(n, 28, 1000) < 60 THEN 2 WHEN dice(n, 28, 1000) < 180 THEN 1 ELSE 0 END
      END::INTEGER)) AS i
  FROM plan, (VALUES ('clinic'), ('chronic'), ('pharmacy'), ('herbs'), ('dialysis'), ('ward')) k(kind));

CREATE OR REPLACE TEMP TABLE visit AS
WITH drawn AS (
  SELECT *, n * 1000 + visit AS v, 'V' || lpad((n * 1000 + visit)::VARCHAR, 15, '0') AS mdtrt_id, kind = 'ward' AS ipt_flag,
         kind = 'ward' AND dice(n * 1000 + visit, 30, 100) < 24 AS has_surgery,
         kind = 'ward' AND dice(n * 1000 + visit, 55, 50) = 0 AS has_rehab,
         CASE WHEN kind <> 'ward' THEN 0 WHEN has_rehab THEN 10 + dice(n * 1000 + visit, 32, 50) WHEN dice(n * 1000 + visit, 31, 200) = 0 THEN 61 + dice(n * 1000 + visit, 32, 40)
              ELSE least(60, 1 + floor(-ln(part(n * 1000 + visit, 33)) * 6.2)) END::INTEGER AS days,
         CASE WHEN kind = 'chronic' THEN i * 30 + dice(n * 1000 + visit, 34, 9)
              WHEN kind = 'dialysis' THEN (i // 3) * 7 + (i % 3) * 2 + 4
              WHEN is_hoarder AND kind IN ('pharmacy', 'clinic') THEN dice(n, 35, 300) + dice(n * 1000 + visit, 36, 30)
              ELSE dice(n * 1000 + visit, 37, 365) END::INTEGER AS day,
         -- Two in three go to the hospital or pharmacy they always go to.
         CASE WHEN dice(n * 1000 + visit, 38, 3) > 0 THEN part(n, 39) ELSE part(n * 1000 + visit, 39) END AS where_to
  FROM occasion),
placed AS (
  SELECT *, TIMESTAMP '2026-01-01' + to_days(least(day, 364)) + to_minutes(480 + dice(v, 40, 540)) AS begntime,
         dice(v, 57, 27) AS department, dice(v, 58, getvariable('diagnoses')) AS diagnosis_slot, dice(v, 59, 14) AS surgery,
         (CASE WHEN kind = 'pharmacy' THEN 300 + floor(where_to * 599) WHEN kind = 'ward' THEN floor(pow(where_to, 2) * 120) ELSE floor(pow(where_to, 2) * 299) END)::BIGINT AS place
  FROM drawn)
SELECT p.bucket, p.psn_key, (md5_number_lower(p.mdtrt_id) >> 1)::BIGINT AS mdtrt_key,
       row_id_of(2, v) AS row_id, true AS live, p.psn_no, p.mdtrt_id, ipt_flag, i.fixmedins_code, i.hosp_lv,
       CASE kind WHEN 'ward' THEN if(dice(v, 41, 100) < 92, '21', '24') WHEN 'chronic' THEN '14' WHEN 'dialysis' THEN '14' WHEN 'pharmacy' THEN '41'
            ELSE if(dice(v, 41, 100) < 96, '11', '13') END AS med_type,
       if(dice(p.n, 42, 100) < 30, '310', '390') AS insutype, if(age > 60, '12', '11') AS psn_type, begntime,
       begntime + to_days(days) + to_minutes(if(kind = 'ward', 60, 30)) AS endtime, '500101' AS insu_admdvs,
       if(dice(v, 43, 100) < 97, '500101', '500102') AS fix_blng_admdvs, d.code AS adm_dept_codg, d.code AS dscg_dept_codg,
       'D' || place || '-' || dice(v, 44, 12) AS chfpdr_code,
       CASE WHEN kind = 'dialysis' AND dice(p.n, 45, 30) > 0 THEN 'N18.500'
            WHEN has_rehab AND dice(v, 46, 20) > 0 THEN 'I63.900'
            WHEN has_surgery AND dice(v, 46, 50) > 0 THEN s.diagnosis
            WHEN x.code LIKE 'N4%' AND p.gend = '2' OR (x.code LIKE 'N7%' OR x.code LIKE 'N8%') AND p.gend = '1' THEN if(dice(v, 47, 60) = 0, x.code, 'I10.x00')
            WHEN kind = 'ward' AND dice(v, 48, 3) = 0 THEN CASE dice(v, 49, 4) WHEN 0 THEN 'I63.900' WHEN 1 THEN 'J18.900' WHEN 2 THEN 'I25.100' ELSE 'E11.900' END
            WHEN kind = 'chronic' THEN if(dice(p.n, 50, 3) = 0, 'E11.900', 'I10.x00') ELSE x.code END AS dscg_maindiag_code,
       CASE kind WHEN 'dialysis' THEN 'M07800' WHEN 'chronic' THEN if(dice(p.n, 50, 3) = 0, 'M01600', 'M03900') END AS dise_no,
       if(kind = 'ward', if(dice(v, 51, 200) = 0, '5', '1'), NULL) AS dscg_way, if(kind = 'ward', 'B' || dice(v, 52, 900), NULL) AS adm_bed,
       if(dice(v, 53, 300) = 0, (hash(v) >> 1)::BIGINT, NULL) AS refl_old_mdtrt_key, NULL::VARCHAR AS matn_type, NULL::INTEGER AS geso_val,
       if(dice(v, 54, 4) = 0, '02', '01') AS mdtrt_cert_type, NULL::DATE AS die_date, '0' AS ttp_pay_flag,
       -- Not stored: what lines are drawn from.
       p.n, v, kind, p.gend, age, days, has_surgery, s.operation, has_rehab, is_chronic,
       CASE kind WHEN 'ward' THEN 28 WHEN 'herbs' THEN if(dice(v, 61, 20) = 0, 1, 8 + dice(v, 56, 20)) WHEN 'pharmacy' THEN 1 + dice(v, 56, 5) WHEN 'chronic' THEN 2 + dice(v, 56, 8)
            WHEN 'dialysis' THEN 4 ELSE 1 + dice(v, 56, 14) END AS lines_a_day
FROM placed p
JOIN institution i ON i.n = place
JOIN department d ON d.n = department
JOIN diagnosis_wheel x ON x.slot = diagnosis_slot
-- A man's operation on a woman is rare.
JOIN surgery_for s ON s.wished = surgery AND s.gend = p.gend AND s.slip = (dice(v, 60, 80) = 0);
