-- People, areas, sessions, settings, days off, messages.
CREATE TABLE area (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  parent TEXT REFERENCES area (code),
  level TEXT NOT NULL
);

CREATE TABLE person_account (
  id {{id}},
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  area TEXT NOT NULL,
  institution TEXT,
  fields TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'active',
  password_hash TEXT NOT NULL,
  must_change BIGINT NOT NULL DEFAULT 1,
  failures BIGINT NOT NULL DEFAULT 0,
  locked_until BIGINT,
  totp_secret TEXT,
  totp_pending TEXT,
  totp_counter BIGINT NOT NULL DEFAULT 0,
  oidc_subject TEXT UNIQUE,
  seen_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX person_account_institution ON person_account (institution);

CREATE TABLE person_role (
  person BIGINT NOT NULL REFERENCES person_account (id),
  role TEXT NOT NULL,
  PRIMARY KEY (person, role)
);
CREATE INDEX person_role_role ON person_role (role, person);

-- Tokens are known to their owners only; the table has their digests.
CREATE TABLE session (
  id {{id}},
  digest TEXT NOT NULL UNIQUE,
  person BIGINT NOT NULL REFERENCES person_account (id),
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ip TEXT NOT NULL,
  agent TEXT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX session_person ON session (person, revoked);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  reason TEXT NOT NULL
);

-- off: a holiday; work: a make-up working day on a weekend.
CREATE TABLE holiday (
  day TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL
);

CREATE TABLE message (
  id {{id}},
  person BIGINT NOT NULL REFERENCES person_account (id),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  text_zh TEXT NOT NULL,
  text_en TEXT NOT NULL,
  link TEXT,
  read_at BIGINT
);
CREATE INDEX message_person ON message (person, id);
CREATE INDEX message_unread ON message (person, read_at);
