-- Every yuan's way. Money in fen, times epoch milliseconds, accounts by the names of api/openapi.yaml (Account).

-- Where money belongs: what sums are asked by.
CREATE TABLE ledger_place (
  id {{id}},
  area TEXT NOT NULL,
  institution TEXT NOT NULL,
  matter TEXT NOT NULL,
  month TEXT NOT NULL,
  UNIQUE (area, institution, matter, month)
);
CREATE INDEX ledger_place_institution ON ledger_place (institution);

-- Only added. from_account empty: into the ledger; to_account empty: out of it.
CREATE TABLE ledger_entry (
  id {{id}},
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  kind TEXT NOT NULL,
  line_id BIGINT,
  measure_id BIGINT,
  place_id BIGINT NOT NULL REFERENCES ledger_place (id),
  case_id BIGINT,
  case_no TEXT,
  decision_id BIGINT,
  receipt TEXT,
  counter_of BIGINT UNIQUE REFERENCES ledger_entry (id),
  note TEXT
);
CREATE INDEX ledger_entry_line ON ledger_entry (line_id);
CREATE INDEX ledger_entry_measure ON ledger_entry (measure_id) WHERE measure_id IS NOT NULL;
CREATE INDEX ledger_entry_case ON ledger_entry (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX ledger_entry_decision ON ledger_entry (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX ledger_entry_place ON ledger_entry (place_id, id);
CREATE INDEX ledger_entry_at ON ledger_entry (at);

-- Balances; the entries say how they came about and verify compares.
CREATE TABLE ledger_line (
  line_id BIGINT PRIMARY KEY,
  place_id BIGINT NOT NULL REFERENCES ledger_place (id),
  identified BIGINT NOT NULL DEFAULT 0 CHECK (identified >= 0),
  refuted BIGINT NOT NULL DEFAULT 0 CHECK (refuted >= 0),
  confirmed BIGINT NOT NULL DEFAULT 0 CHECK (confirmed >= 0),
  decided BIGINT NOT NULL DEFAULT 0 CHECK (decided >= 0),
  recovered BIGINT NOT NULL DEFAULT 0 CHECK (recovered >= 0),
  written_off BIGINT NOT NULL DEFAULT 0 CHECK (written_off >= 0)
);
CREATE TABLE ledger_measure (
  measure_id BIGINT PRIMARY KEY,
  place_id BIGINT NOT NULL REFERENCES ledger_place (id),
  damages_due BIGINT NOT NULL DEFAULT 0 CHECK (damages_due >= 0),
  damages_paid BIGINT NOT NULL DEFAULT 0 CHECK (damages_paid >= 0),
  fine_due BIGINT NOT NULL DEFAULT 0 CHECK (fine_due >= 0),
  fine_paid BIGINT NOT NULL DEFAULT 0 CHECK (fine_paid >= 0)
);

-- Running sums of entries: by place for tables, by area for the strip on every page.
CREATE TABLE ledger_flow (
  place_id BIGINT NOT NULL REFERENCES ledger_place (id),
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  entries BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (place_id, from_account, to_account)
);
CREATE TABLE ledger_area_flow (
  area TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  entries BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (area, from_account, to_account)
);
