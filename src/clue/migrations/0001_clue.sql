-- Findings as people work on them. Money fen, times epoch milliseconds, days YYYY-MM-DD, flags 0 or 1, names of states as in
-- api/openapi.yaml.

-- Ids that are handed out in blocks, before the rows are written.
CREATE TABLE clue_number (
  name TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);
INSERT INTO clue_number (name, next) VALUES ('clue', 1), ('finding', 1), ('finding_line', 1);

-- The key that makes person_ref of psn_no; made once.
CREATE TABLE clue_secret (
  name TEXT PRIMARY KEY,
  secret TEXT NOT NULL
);

CREATE TABLE institution (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT,
  area TEXT NOT NULL,
  visits BIGINT NOT NULL DEFAULT 0,
  clues BIGINT NOT NULL DEFAULT 0,
  findings BIGINT NOT NULL DEFAULT 0,
  found_fen BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX institution_found ON institution (found_fen);
CREATE INDEX institution_name ON institution (name);

CREATE TABLE person (
  ref TEXT PRIMARY KEY,
  psn_no TEXT NOT NULL UNIQUE,
  masked_name TEXT NOT NULL,
  gender TEXT,
  birth TEXT
);

CREATE TABLE rule_info (
  rule TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  class TEXT NOT NULL,
  severity TEXT NOT NULL,
  matter TEXT NOT NULL,
  official TEXT,
  basis_json TEXT NOT NULL,
  why_zh TEXT NOT NULL,
  why_en TEXT NOT NULL,
  false_alarms_zh TEXT NOT NULL,
  false_alarms_en TEXT NOT NULL,
  text TEXT NOT NULL,
  unknowns_json TEXT NOT NULL,
  unknowns BIGINT NOT NULL DEFAULT 0,
  confirmed BIGINT NOT NULL DEFAULT 0,
  refuted BIGINT NOT NULL DEFAULT 0,
  coding BIGINT NOT NULL DEFAULT 0,
  stale BIGINT NOT NULL DEFAULT 0
);

-- How often each import ran and how far it came: state running, done, interrupted.
CREATE TABLE import_run (
  id {{id}},
  run TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  finished_at BIGINT,
  all_findings BIGINT NOT NULL,
  done_findings BIGINT NOT NULL DEFAULT 0,
  added BIGINT NOT NULL DEFAULT 0,
  changed BIGINT NOT NULL DEFAULT 0,
  withdrawn BIGINT NOT NULL DEFAULT 0,
  kept BIGINT NOT NULL DEFAULT 0,
  info_json TEXT NOT NULL
);

CREATE TABLE clue (
  id {{sqlite}}INTEGER{{end}}{{postgresql}}BIGINT{{end}} PRIMARY KEY,
  no TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  source_note TEXT,
  text TEXT,
  matter TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  institution TEXT,
  institution_name TEXT,
  area TEXT NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  conduct TEXT NOT NULL DEFAULT 'unclear',
  outcome TEXT,
  outcome_reason TEXT,
  rank DOUBLE PRECISION NOT NULL DEFAULT 0,
  recoverable_fen BIGINT NOT NULL DEFAULT 0,
  evidence DOUBLE PRECISION NOT NULL DEFAULT 0,
  precision_mean DOUBLE PRECISION NOT NULL DEFAULT 0,
  found_fen BIGINT NOT NULL DEFAULT 0,
  fund_fen BIGINT NOT NULL DEFAULT 0,
  confirmed_fen BIGINT NOT NULL DEFAULT 0,
  refuted_fen BIGINT NOT NULL DEFAULT 0,
  findings BIGINT NOT NULL DEFAULT 0,
  undecided BIGINT NOT NULL DEFAULT 0,
  persons BIGINT NOT NULL DEFAULT 0,
  first_day TEXT,
  last_day TEXT,
  assignee BIGINT,
  assignee_name TEXT,
  locked_by BIGINT,
  locked_by_name TEXT,
  locked_until BIGINT,
  snoozed_until TEXT,
  snooze_reason TEXT,
  sampled_out BIGINT NOT NULL DEFAULT 0,
  merged_into BIGINT REFERENCES clue (id),
  split_from BIGINT REFERENCES clue (id),
  earlier BIGINT REFERENCES clue (id),
  case_id BIGINT,
  due_at BIGINT,
  open_key TEXT UNIQUE,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX clue_rank ON clue (rank, id);
CREATE INDEX clue_area_rank ON clue (area, rank);
CREATE INDEX clue_status ON clue (status, severity, area, sampled_out, found_fen);
CREATE INDEX clue_assignee ON clue (assignee, status) WHERE assignee IS NOT NULL;
CREATE INDEX clue_locked ON clue (locked_by) WHERE locked_by IS NOT NULL;
CREATE INDEX clue_institution ON clue (institution, rank);
CREATE INDEX clue_matter ON clue (matter, rank);
CREATE INDEX clue_subject ON clue (subject, subject_kind);
CREATE INDEX clue_found ON clue (found_fen);
CREATE INDEX clue_updated ON clue (updated_at);
CREATE INDEX clue_case ON clue (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX clue_merged ON clue (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX clue_split ON clue (split_from) WHERE split_from IS NOT NULL;
CREATE INDEX clue_snoozed ON clue (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- The rules of a clue: what rank is made of.
CREATE TABLE clue_rule (
  clue_id BIGINT NOT NULL REFERENCES clue (id),
  rule TEXT NOT NULL,
  severity TEXT NOT NULL,
  findings BIGINT NOT NULL,
  found_fen BIGINT NOT NULL,
  recoverable_fen BIGINT NOT NULL,
  PRIMARY KEY (clue_id, rule)
);
CREATE INDEX clue_rule_rule ON clue_rule (rule);

-- A suspect (疑点). status: live, kept (a later run does not find it any more, but its money has moved on), withdrawn. finding_key: of findings of an audit, its id there as a number; none of others.
CREATE TABLE finding (
  id {{sqlite}}INTEGER{{end}}{{postgresql}}BIGINT{{end}} PRIMARY KEY,
  finding_key BIGINT UNIQUE,
  clue_id BIGINT NOT NULL REFERENCES clue (id),
  home_clue BIGINT NOT NULL,
  rule TEXT NOT NULL,
  rule_version BIGINT NOT NULL,
  severity TEXT NOT NULL,
  person TEXT,
  institution TEXT,
  doc TEXT,
  at BIGINT,
  month TEXT NOT NULL,
  place_id BIGINT NOT NULL,
  status TEXT NOT NULL,
  verdict TEXT NOT NULL,
  verdict_by TEXT,
  verdict_note TEXT,
  found_fen BIGINT NOT NULL,
  attributed_fen BIGINT NOT NULL,
  fund_fen BIGINT,
  chk_fen BIGINT,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE INDEX finding_clue ON finding (clue_id, attributed_fen);
CREATE INDEX finding_person ON finding (person) WHERE person IS NOT NULL;
CREATE INDEX finding_home ON finding (home_clue) WHERE home_clue <> clue_id;

-- Its lines (明细). The lake's row is (kind, row_id). charged 0: a row the accusation rests on, without money.
CREATE TABLE finding_line (
  id {{sqlite}}INTEGER{{end}}{{postgresql}}BIGINT{{end}} PRIMARY KEY,
  finding_id BIGINT NOT NULL REFERENCES finding (id),
  kind TEXT NOT NULL,
  row_id BIGINT NOT NULL,
  charged BIGINT NOT NULL,
  feedetl_sn TEXT,
  item_code TEXT,
  item_name TEXT,
  at BIGINT,
  cnt TEXT,
  pric TEXT,
  amount_fen BIGINT,
  doctor TEXT,
  department TEXT,
  found_fen BIGINT NOT NULL,
  attributed_fen BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  chk_fen BIGINT,
  cnfm_fen BIGINT,
  det_fen BIGINT
);
CREATE INDEX finding_line_finding ON finding_line (finding_id);

-- Only added; the last of a line counts.
CREATE TABLE verdict (
  id {{id}},
  clue_id BIGINT NOT NULL REFERENCES clue (id),
  clue_version BIGINT NOT NULL,
  finding_id BIGINT NOT NULL REFERENCES finding (id),
  line_id BIGINT NOT NULL REFERENCES finding_line (id),
  verdict TEXT NOT NULL,
  chk_fen BIGINT,
  note TEXT,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX verdict_line ON verdict (line_id, id);
CREATE INDEX verdict_clue ON verdict (clue_id);

-- Running sums of live findings for rule pages, profiles and trends.
CREATE TABLE finding_sum (
  area TEXT NOT NULL,
  institution TEXT NOT NULL,
  rule TEXT NOT NULL,
  severity TEXT NOT NULL,
  month TEXT NOT NULL,
  findings BIGINT NOT NULL,
  found_fen BIGINT NOT NULL,
  confirmed BIGINT NOT NULL DEFAULT 0,
  refuted BIGINT NOT NULL DEFAULT 0,
  coding BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (institution, rule, month, severity, area)
);
CREATE INDEX finding_sum_rule ON finding_sum (rule, month);

-- What happened to a clue, in order; only added.
CREATE TABLE clue_event (
  id {{id}},
  clue_id BIGINT NOT NULL REFERENCES clue (id),
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  action TEXT NOT NULL,
  text_zh TEXT NOT NULL,
  text_en TEXT NOT NULL,
  note TEXT
);
CREATE INDEX clue_event_clue ON clue_event (clue_id, id);

CREATE TABLE clue_filter (
  id {{id}},
  owner BIGINT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared BIGINT NOT NULL
);
CREATE INDEX clue_filter_owner ON clue_filter (owner);

CREATE TABLE clue_sample (
  id {{id}},
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  area TEXT NOT NULL,
  seed TEXT NOT NULL,
  strata TEXT NOT NULL,
  reason TEXT NOT NULL,
  filter TEXT NOT NULL,
  population BIGINT NOT NULL,
  population_sha256 TEXT NOT NULL,
  drawn BIGINT NOT NULL,
  clues_json TEXT NOT NULL
);
