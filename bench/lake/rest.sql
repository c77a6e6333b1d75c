-- What hangs on visits and lines: settlements, diagnoses, operations.
CREATE OR REPLACE TEMP TABLE settlement AS
WITH total AS (
  SELECT setl_key, any_value(mdtrt_key) AS mdtrt_key, sum(det_item_fee_sumamt)::DECIMAL(18,2) AS total, sum(fulamt_ownpay_amt)::DECIMAL(18,2) AS full_self,
         sum(overlmt_selfpay)::DECIMAL(18,2) AS over, sum(preselfpay_amt)::DECIMAL(18,2) AS first_self, sum(inscp_amt)::DECIMAL(18,2) AS scope
  FROM fee_line WHERE live GROUP BY setl_key),
paid AS (
  SELECT v.*, t.* EXCLUDE (mdtrt_key), round(scope * if(ipt_flag, 0.7, if(kind = 'pharmacy', 0, 0.5)), 2)::DECIMAL(18,2) AS pooled
  FROM total t JOIN visit v USING (mdtrt_key))
SELECT bucket, psn_key, mdtrt_key, row_id_of(3, v * 2 + row_number() OVER (PARTITION BY v ORDER BY setl_key) - 1) AS row_id, live, setl_key,
       endtime + to_minutes(30) AS setl_time, begntime::DATE AS begndate, endtime::DATE AS enddate, '2' AS setl_type, if(ipt_flag, '21', '11') AS clr_type,
       if(v % 12 = 0, '1', '0') AS mid_setl_flag, (hash(setl_key) >> 1)::BIGINT AS invono_key, total AS medfee_sumamt, full_self AS fulamt_ownpay_amt,
       over AS overlmt_selfpay, first_self AS preselfpay_amt, scope AS inscp_amt, 0::DECIMAL(18,2) AS act_pay_dedc, pooled AS hifp_pay, 0::DECIMAL(18,2) AS hifmi_pay,
       0::DECIMAL(18,2) AS maf_pay, (pooled + if(dice(setl_key, 110, 3000) = 0, 5, 0))::DECIMAL(18,2) AS fund_pay_sumamt, (total - pooled)::DECIMAL(18,2) AS psn_pay,
       if(kind = 'pharmacy', total - pooled, 0)::DECIMAL(18,2) AS acct_pay, if(kind = 'pharmacy', 0, total - pooled)::DECIMAL(18,2) AS cash_payamt,
       NULL::DECIMAL(18,2) AS acct_mulaid_pay, if(dice(v, 81, 200) = 0 OR dice(v, 111, 60) = 0, 12, 400 + dice(v, 112, 6000))::DECIMAL(18,2) AS balc
FROM paid;

CREATE OR REPLACE TEMP TABLE diagnosis AS
SELECT bucket, psn_key, mdtrt_key, row_id_of(5, v * 8 + i) AS row_id, live, if(i = 0, dscg_maindiag_code, x.code) AS diag_code, '1' AS diag_type, i = 0 AS maindiag_flag,
       '1' AS adm_cond_type
FROM (SELECT *, dice(v * 8 + i, 121, getvariable('diagnoses')) AS slot FROM (
  SELECT *, unnest(range(if(ipt_flag, 1 + dice(v, 120, 4), 1 + dice(v, 120, 2)))) AS i FROM visit)) v
JOIN diagnosis_wheel x USING (slot)
WHERE i = 0 OR NOT (x.code LIKE 'N4%' AND gend = '2' OR (x.code LIKE 'N7%' OR x.code LIKE 'N8%' OR x.code LIKE 'C5%') AND gend = '1') OR dice(v.v, 122, 60) = 0;

CREATE OR REPLACE TEMP TABLE operation AS
SELECT bucket, psn_key, mdtrt_key, row_id_of(4, v) AS row_id, live, operation AS oprn_oprt_code, true AS main_oprn_flag,
       date_trunc('day', begntime) + to_minutes(1090) AS oprn_oprt_begntime, date_trunc('day', begntime) + to_minutes(1150 + dice(v, 130, 120)) AS oprn_oprt_endtime,
       '1' AS anst_way, date_trunc('day', begntime) + to_minutes(1080) AS anst_begntime, date_trunc('day', begntime) + to_minutes(1160 + dice(v, 130, 120)) AS anst_endtime,
       chfpdr_code AS oper_dr_code
FROM visit WHERE has_surgery AND dice(v, 131, 30) > 0;
