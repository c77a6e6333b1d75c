-- Everybody, with what decides how often they see a doctor. Variables: persons, buckets.
CREATE TABLE person AS
SELECT (psn_key % getvariable('buckets'))::SMALLINT AS bucket, psn_key, row_id_of(1, n) AS row_id, true AS live, psn_no,
       CASE WHEN dice(n, 10, 1000) < 505 THEN '1' ELSE '2' END AS gend,
       DATE '2025-12-31' - (365.25 * 92 * pow(part(n, 11), 0.8))::INTEGER AS brdy,
       CASE WHEN dice(n, 12, 4000) = 0 THEN DATE '2026-01-01' + dice(n, 13, 365)::INTEGER END AS die_date,
       '500101' AS insu_admdvs,
       CASE WHEN dice(n, 14, 100) < 6 THEN DATE '2026-01-01' + dice(n, 15, 300)::INTEGER ELSE DATE '2010-01-01' + dice(n, 15, 4000)::INTEGER END AS psn_insu_date,
       '1' AS psn_insu_stas, NULL::DATE AS paus_insu_date, n
FROM (SELECT n, 'P' || lpad(n::VARCHAR, 18, '0') AS psn_no, (md5_number_lower('P' || lpad(n::VARCHAR, 18, '0')) >> 1)::BIGINT AS psn_key
      FROM range(getvariable('persons')) t(n));
