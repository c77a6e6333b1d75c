-- What the city is made of: items and how often each context uses them, diagnoses, operations, institutions.
-- Variables: knowledge, menu, seed.

-- A number in [0, n), the same for the same key and salt.
CREATE MACRO dice(key, salt, n) AS (hash(key, salt, getvariable('seed')) % n)::BIGINT;
-- In (0, 1].
CREATE MACRO part(key, salt) AS (dice(key, salt, 1000000) + 1) / 1000000;
-- The batch is the first; tables take turns: lines 0, persons 1, visits 2, settlements 3, operations 4, diagnoses 5.
CREATE MACRO row_id_of(place, n) AS (1::BIGINT << 40) | (place::BIGINT << 36) | n;
CREATE MACRO age_on(birth, day) AS date_diff('year', birth, day) - ((month(day), day(day)) < (month(birth), day(birth)))::INTEGER;

CREATE TABLE knowledge AS
SELECT parse_filename(filename, true) AS source, item_code AS key, "limit"
FROM read_csv(getvariable('knowledge') || '/*.csv', union_by_name = true, all_varchar = true, filename = true)
WHERE item_code IS NOT NULL
UNION ALL
SELECT 'service_pair_part', excluded_code, NULL FROM read_csv(getvariable('knowledge') || '/service_pair.csv', all_varchar = true);

CREATE TABLE menu AS
SELECT *, row_number() OVER () AS line FROM read_csv(getvariable('menu'), comment = '#', types = {charge: 'VARCHAR'});

-- Keys of each menu line: a literal prefix, or (a sample of) the keys of a table.
CREATE TABLE menu_key AS
SELECT line, source AS key FROM menu WHERE source NOT LIKE 'table:%'
UNION ALL
SELECT line, key FROM (
  SELECT m.line, m.sample, k.key, row_number() OVER (PARTITION BY m.line ORDER BY hash(k.key), k.key) AS n
  FROM menu m JOIN (SELECT DISTINCT source, key FROM knowledge) k ON m.source = 'table:' || k.source)
WHERE n <= coalesce(sample, 1000000);

-- Full codes: 23 characters for western drugs, 20 for Chinese ones and consumables, 15 for services, 10 for herbs.
-- Copies of a short key differ within the stem, where a drug is told from another.
CREATE MACRO stem_length(key) AS CASE WHEN key[1] IN ('X', 'Z') THEN 9 WHEN key[1] = 'C' THEN 9 WHEN key[1] = 'T' THEN 10 ELSE 11 END;
CREATE MACRO full_length(key) AS CASE key[1] WHEN 'X' THEN 23 WHEN 'Z' THEN 20 WHEN 'C' THEN 20 WHEN 'T' THEN 10 ELSE 15 END;
CREATE MACRO code_of(key, copy) AS rpad(
  CASE WHEN length(key) >= full_length(key) THEN key
       WHEN length(key) < stem_length(key) THEN key || lpad(copy::VARCHAR, (stem_length(key) - length(key))::INTEGER, '0')
       ELSE key || lpad((copy - 1)::VARCHAR, least(4, full_length(key) - length(key))::INTEGER, '0') END,
  full_length(key)::INTEGER, '0');

CREATE TABLE menu_code AS
SELECT code_of(key, copy) AS code, line, row_number() OVER (PARTITION BY line ORDER BY hash(key, copy), key, copy) AS rank
FROM (SELECT line, key, unnest(range(1, copies + 1)) AS copy FROM menu_key JOIN menu USING (line));

CREATE TABLE item AS
SELECT row_number() OVER (ORDER BY code) - 1 AS item, code AS hilist_code, '项目' || code AS name,
       CASE code[1] WHEN 'T' THEN '102' WHEN 'C' THEN '301' WHEN '0' THEN '201' ELSE '101' END AS list_type,
       charge AS med_chrgitm_type, round(price * (0.6 + 0.4 * part(code, 1)), 2)::DECIMAL(18,6) AS price,
       CASE WHEN dice(code, 2, 10) < 3 THEN round(price * 1.3, 2)::DECIMAL(18,6) END AS price_limit,
       CASE WHEN dice(code, 3, 100) < 45 THEN '01' WHEN dice(code, 3, 100) < 96 THEN '02' ELSE '03' END AS chrgitm_lv,
       (SELECT CASE min("limit") WHEN '男' THEN '1' WHEN '女' THEN '2' END FROM knowledge
        WHERE source IN ('drug_sex', 'service_sex') AND key = code) AS only_sex,
       code IN (SELECT key FROM knowledge WHERE source IN ('drug_age', 'service_age')) AS only_child
FROM (SELECT code, min_by(charge, line) AS charge, min_by(price, line) AS price FROM menu_code JOIN menu USING (line) GROUP BY code);

-- The wheel: 65536 slots for each context, as many for an item as its share; the first items of a line get most.
CREATE TABLE wheel AS
WITH share AS (
  SELECT context, code, per_mille / rank ^ 0.6 / sum(1 / rank ^ 0.6) OVER (PARTITION BY context, line) AS share
  FROM (UNPIVOT menu ON clinic, child, chronic, herbs, pharmacy, ward, bed, nursing, round, surgery, rehab, dialysis
        INTO NAME context VALUE per_mille) JOIN menu_code USING (line)),
arc AS (
  SELECT context, code, sum(share) OVER (PARTITION BY context ORDER BY code) / sum(share) OVER (PARTITION BY context) AS until,
         share / sum(share) OVER (PARTITION BY context) AS width
  FROM (SELECT context, code, sum(share) AS share FROM share GROUP BY ALL))
SELECT context, unnest(range(round((until - width) * 65536)::INTEGER, round(until * 65536)::INTEGER)) AS slot, item
FROM arc JOIN item ON hilist_code = code;

-- The plain item a patient gets in place of one that is not for such as him.
CREATE TABLE plain AS
SELECT row_number() OVER (ORDER BY hilist_code) - 1 AS n, item FROM item WHERE hilist_code LIKE 'XG0%' OR hilist_code LIKE '0031990%';

-- Diagnoses: chapters A to Z with two digits, and the common ones again and again.
CREATE TABLE diagnosis_wheel AS
SELECT row_number() OVER (ORDER BY weight, code) - 1 AS slot, code FROM (
  SELECT chr(65 + letter) || lpad(n::VARCHAR, 2, '0') || '.' || dice(letter * 100 + n, 4, 10) || '00' AS code, 0 AS weight
  FROM (SELECT unnest(range(26))::INTEGER AS letter), (SELECT unnest(range(100)) AS n) WHERE chr(65 + letter) NOT IN ('O', 'P', 'U', 'V', 'W', 'X', 'Y')
  UNION ALL
  SELECT code, n FROM (VALUES ('I10.x00', 700), ('J06.900', 600), ('K29.700', 400), ('E11.900', 450), ('M54.500', 300), ('J18.900', 200),
                              ('I63.900', 250), ('I25.100', 300), ('J20.900', 200), ('N18.500', 20), ('Z51.100', 60), ('K02.900', 200),
                              ('R51.x00', 120), ('S52.500', 100), ('E78.500', 150), ('L30.900', 150)) c(code, copies), range(copies) r(n));

-- Operations and a main diagnosis that fits each.
CREATE TABLE surgery AS
SELECT row_number() OVER () - 1 AS n, * FROM (VALUES
  ('06.2x01', 'E04.900', NULL), ('53.0x01', 'K40.900', NULL), ('85.2x01', 'N63.x00', '2'), ('81.5x01', 'M16.900', NULL), ('79.3x01', 'S72.000', NULL),
  ('47.0x01', 'K35.900', NULL), ('51.2x01', 'K80.200', NULL), ('13.4x01', 'H25.900', NULL), ('36.0x01', 'I25.100', NULL), ('45.4x01', 'K63.500', NULL),
  ('74.1x01', 'O82.000', '2'), ('60.2x01', 'N40.x00', '1'), ('68.4x01', 'D25.900', '2'), ('78.6x01', 'Z47.000', NULL)) s(operation, diagnosis, only_sex);

CREATE TABLE surgery_for AS
SELECT w.n AS wished, gend, slip, s.operation, s.diagnosis
FROM surgery w, (VALUES ('1'), ('2')) g(gend), (VALUES (true), (false)) t(slip)
JOIN surgery s ON s.n = if(w.only_sex IS NULL OR w.only_sex = gend OR slip, w.n, 6);

-- Hospitals first, big ones treat more; pharmacies after them.
CREATE TABLE institution AS
SELECT n, CASE WHEN n < 300 THEN 'H' ELSE 'P' END || '500101' || lpad(n::VARCHAR, 5, '0') AS fixmedins_code,
       CASE WHEN n >= 300 THEN '11' WHEN n < 8 THEN '02' WHEN n < 15 THEN '03' WHEN n < 50 THEN '05' WHEN n < 90 THEN '06' WHEN n < 220 THEN '08' ELSE '11' END AS hosp_lv
FROM range(900) t(n);

CREATE TABLE department AS
SELECT row_number() OVER () - 1 AS n, department AS code
FROM read_csv(getvariable('knowledge') || '/departments.csv', all_varchar = true) WHERE length(department) = 3;

SET VARIABLE diagnoses = (SELECT count(*) FROM diagnosis_wheel);
SET VARIABLE plain_items = (SELECT count(*) FROM plain);
