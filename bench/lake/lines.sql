-- Fee lines of the visits at hand. Variables: line_base (rows written before).
CREATE OR REPLACE TEMP TABLE drawn_line AS
WITH numbered AS (
  SELECT *, unnest(range(greatest(days, 1) * lines_a_day)) AS i FROM visit),
drawn AS (
  SELECT *, v * 4096 + i AS l, (i // lines_a_day)::INTEGER AS at_day, i % lines_a_day AS j FROM numbered),
fitted AS (
  SELECT *, CASE WHEN kind <> 'ward' THEN if(kind = 'clinic' AND age < 14, 'child', kind)
              WHEN j = 0 THEN 'bed' WHEN j = 1 THEN 'nursing' WHEN j = 2 THEN 'round'
              WHEN has_surgery AND at_day = 0 AND j < 7 THEN 'surgery' WHEN has_rehab AND j < 10 THEN 'rehab' ELSE 'ward' END AS context,
         -- The drugs of the chronically ill are last month's, half of what a ward gives is yesterday's.
         CASE WHEN kind = 'chronic' THEN dice(n * 64 + j, 72, 65536)
              WHEN kind = 'ward' AND dice(v * 64 + j, 74, 2) = 0 THEN dice(v * 64 + j, 72, 65536) ELSE dice(l, 72, 65536) END AS slot, dice(l, 73, getvariable('plain_items')) AS instead
  FROM drawn)
SELECT f.*, if(fits, t.item, p.item) AS item
FROM (
  SELECT f.*, w.item AS wished,
         (k.only_sex IS NULL OR k.only_sex = gend OR dice(l, 70, 12) = 0) AND (NOT k.only_child OR age < 14 OR dice(l, 71, 12) = 0) AS fits
  FROM fitted f
  JOIN wheel w USING (context, slot)
  JOIN item k ON k.item = w.item) f
JOIN item t ON t.item = f.wished
JOIN plain p ON p.n = instead;

CREATE OR REPLACE TEMP TABLE fee_line AS
WITH priced AS (
  SELECT d.*, m.* EXCLUDE (item),
         CASE WHEN context IN ('bed', 'nursing', 'round', 'surgery') THEN if(dice(l, 80, 500) = 0, 2, 1)
              WHEN kind = 'dialysis' THEN if(dice(l, 80, 60) = 0, 2, 1)
              WHEN list_type = '201' THEN if(dice(l, 80, 40) = 0, 2, 1)
              WHEN context = 'herbs' THEN 30 + dice(l, 80, 90)
              WHEN context = 'pharmacy' AND dice(v, 81, 200) = 0 THEN 20
              ELSE 1 + dice(l, 80, 4) END::DECIMAL(18,4) AS cnt,
         (m.price * if(dice(l, 82, 400) = 0, 2.5, 1))::DECIMAL(18,6) AS pric,
         -- A patient's lines are charged prescription by prescription.
         i // if(dice(v, 83, 100) = 0, 9, if(context = 'herbs', 40, 5)) AS prescription,
         if(ipt_flag, if(list_type = '101' AND at_day = days - 1 AND dice(l, 84, 25) = 0, 1, 0), 0) AS take_home
  FROM drawn_line d JOIN item m ON m.item = d.item),
costed AS (
  SELECT *, (round(pric * cnt, 2) + if(dice(l, 85, 5000) = 0, 1, 0))::DECIMAL(18,2) AS amount,
         CASE chrgitm_lv WHEN '01' THEN 0 WHEN '02' THEN 0.1 ELSE 1 END::DECIMAL(18,4) AS ratio,
         (if(price_limit < pric, round((pric - price_limit) * cnt, 2), 0))::DECIMAL(18,2) AS over_limit
  FROM priced),
split AS (
  SELECT *, (if(chrgitm_lv = '03' AND dice(l, 86, 100) > 0, amount, 0))::DECIMAL(18,2) AS full_self FROM costed),
shared AS (
  SELECT *, if(full_self > 0, 0, over_limit)::DECIMAL(18,2) AS over,
         if(full_self > 0, 0, if(chrgitm_lv = '02', round((amount - over_limit) * ratio, 2) + if(dice(l, 87, 3000) = 0, -0.5, 0), 0))::DECIMAL(18,2) AS first_self
  FROM split)
SELECT bucket, psn_key, mdtrt_key, row_id_of(0, getvariable('line_base') + row_number() OVER (ORDER BY l)) AS row_id, dice(l, 88, 2000) > 0 AS live,
       (hash(v, if(v % 12 = 0, i % 2, 0), 89) >> 1)::BIGINT AS setl_key,
       CASE WHEN ipt_flag THEN date_trunc('day', begntime) + to_days(at_day + if(dice(l, 90, 6000) = 0, 30, 0)) + to_minutes(if(at_day = 0, 1080, 480) + if(context = 'bed', 0, (prescription * 37) % 300)) + to_seconds(if(context = 'bed', 0, dice(l, 91, 60)))
            ELSE begntime + to_minutes(prescription * 7) END AS fee_ocur_time,
       hilist_code, 'M' || hilist_code[2:8] AS medins_list_codg, cnt, pric, amount AS det_item_fee_sumamt, price_limit AS pric_uplmt_amt, ratio AS selfpay_prop,
       full_self AS fulamt_ownpay_amt, over AS overlmt_selfpay, first_self AS preselfpay_amt, (amount - full_self - over - first_self)::DECIMAL(18,2) AS inscp_amt,
       chrgitm_lv, med_chrgitm_type, list_type, adm_dept_codg AS bilg_dept_codg, chfpdr_code AS bilg_dr_code, adm_dept_codg AS acord_dept_codg,
       'T' || substr(chfpdr_code, 2) AS acord_dr_code, (hash(v, prescription, 92) >> 1)::BIGINT AS rx_drord_no_key,
       if(list_type = '101', CASE dice(l, 93, 3) WHEN 0 THEN 'qd' WHEN 1 THEN 'bid' ELSE 'tid' END, NULL) AS used_frqu_dscr,
       if(list_type = '101', (1 + dice(l, 94, 3)) * 0.5, NULL)::DECIMAL(18,4) AS sin_dos_dscr,
       CASE WHEN list_type = '102' THEN 7 WHEN list_type <> '101' THEN NULL WHEN context = 'chronic' THEN if(dice(n, 95, 60) = 0, 60, 30)
            WHEN context = 'pharmacy' THEN 7 + dice(l, 95, 24) WHEN dice(l, 96, 900) = 0 THEN 100 ELSE 1 + dice(l, 95, if(med_type = '13', 3, 7)) + if(take_home = 1, 2, 0) END::DECIMAL(18,4) AS prd_days,
       if(dice(l, 97, 50) = 0, '1', '0') AS lmt_used_flag, if(dice(l, 98, 200) = 0, '1', '0') AS hosp_appr_flag, take_home::VARCHAR AS dscg_tkdrug_flag,
       '0' AS hi_nego_drug_flag, if(list_type = '102', '1', NULL) AS tcmdrug_used_way, endtime + to_minutes(dice(v, 99, 600)) AS crte_time
FROM shared;
