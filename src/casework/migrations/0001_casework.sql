-- Cases and what belongs to them. Times are epoch milliseconds, days YYYY-MM-DD, money fen, flags 0 or 1; columns *_json hold JSON text.
-- Names of states are those of api/openapi.yaml (casework/states.h).

CREATE TABLE case_number (
  prefix TEXT NOT NULL,
  year BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (prefix, year)
);

CREATE TABLE case_file (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  reason TEXT,
  track TEXT NOT NULL,
  state TEXT NOT NULL,
  institution TEXT,
  institution_name TEXT NOT NULL,
  person TEXT,
  area TEXT NOT NULL,
  found_fen BIGINT NOT NULL DEFAULT 0,
  confirmed_fen BIGINT NOT NULL DEFAULT 0,
  decided_fen BIGINT NOT NULL DEFAULT 0,
  recovered_fen BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL,
  opened_by BIGINT NOT NULL,
  handler BIGINT NOT NULL,
  flow BIGINT NOT NULL,
  due_at BIGINT,
  due_kind TEXT,
  transfer_alert TEXT,
  exposure BIGINT,
  exposure_reason TEXT,
  close_reason TEXT,
  close_note TEXT,
  closed_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX case_file_opened ON case_file (area, opened_at);
CREATE INDEX case_file_institution ON case_file (institution, state);
CREATE INDEX case_file_handler ON case_file (handler, state);
CREATE INDEX case_file_due ON case_file (state, due_at);

CREATE TABLE case_clue (
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  clue_id BIGINT NOT NULL,
  PRIMARY KEY (case_id, clue_id)
);
CREATE INDEX case_clue_clue ON case_clue (clue_id);

-- Who works on it, and who takes no further part (part: assistant, recused).
CREATE TABLE case_person (
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  user_id BIGINT NOT NULL,
  part TEXT NOT NULL,
  reason TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (case_id, user_id)
);
CREATE INDEX case_person_user ON case_person (user_id, part);

-- The file of the case in order; only added.
CREATE TABLE case_event (
  id {{id}},
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  action TEXT NOT NULL,
  text_zh TEXT NOT NULL,
  text_en TEXT NOT NULL,
  note TEXT,
  link TEXT
);
CREATE INDEX case_event_case ON case_event (case_id, id);

CREATE TABLE case_task (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  assignee BIGINT NOT NULL,
  given_by BIGINT NOT NULL,
  given_at BIGINT NOT NULL,
  text TEXT,
  suspects_json TEXT NOT NULL,
  answers_json TEXT NOT NULL,
  conclusion TEXT,
  summary TEXT,
  due_at BIGINT NOT NULL,
  reported_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX case_task_assignee ON case_task (assignee, state, due_at);
CREATE INDEX case_task_case ON case_task (case_id);

CREATE TABLE opinion (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  institution TEXT NOT NULL,
  institution_name TEXT NOT NULL,
  area TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_by BIGINT NOT NULL,
  answer_due_at BIGINT NOT NULL,
  answered_at BIGINT,
  appeal_due_at BIGINT,
  lines_count BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  accepted_fen BIGINT NOT NULL DEFAULT 0,
  contested_fen BIGINT NOT NULL DEFAULT 0,
  confirmed_fen BIGINT,
  answer_remark TEXT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX opinion_institution ON opinion (institution, issued_at);
CREATE INDEX opinion_case ON opinion (case_id);
CREATE INDEX opinion_state ON opinion (state, answer_due_at);

CREATE TABLE opinion_line (
  opinion_id BIGINT NOT NULL REFERENCES opinion (id),
  line_id BIGINT NOT NULL,
  suspect_id BIGINT NOT NULL,
  chk_fen BIGINT NOT NULL,
  answer TEXT,
  answer_fen BIGINT,
  answer_reason TEXT,
  answer_evidence_json TEXT,
  by_default BIGINT NOT NULL DEFAULT 0,
  review TEXT,
  review_fen BIGINT,
  review_reason TEXT,
  review_by BIGINT,
  appealed BIGINT NOT NULL DEFAULT 0,
  panel TEXT,
  panel_fen BIGINT,
  cnfm_fen BIGINT,
  PRIMARY KEY (opinion_id, line_id)
);
CREATE INDEX opinion_line_line ON opinion_line (line_id);

CREATE TABLE appeal (
  id {{id}},
  opinion_id BIGINT NOT NULL UNIQUE REFERENCES opinion (id),
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  seed TEXT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX appeal_state ON appeal (state, at);

CREATE TABLE appeal_expert (
  appeal_id BIGINT NOT NULL REFERENCES appeal (id),
  user_id BIGINT NOT NULL,
  voted_at BIGINT,
  PRIMARY KEY (appeal_id, user_id)
);
CREATE INDEX appeal_expert_user ON appeal_expert (user_id, voted_at);

CREATE TABLE appeal_vote (
  appeal_id BIGINT NOT NULL REFERENCES appeal (id),
  user_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  review TEXT NOT NULL,
  amt_fen BIGINT NOT NULL,
  reason TEXT,
  PRIMARY KEY (appeal_id, user_id, line_id)
);

CREATE TABLE decision (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  state TEXT NOT NULL,
  facts TEXT NOT NULL,
  reasons TEXT NOT NULL,
  articles_json TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  confirmed_fen BIGINT NOT NULL,
  level BIGINT NOT NULL,
  level_why_zh TEXT NOT NULL,
  level_why_en TEXT NOT NULL,
  hearing BIGINT NOT NULL DEFAULT 0,
  drafted_by BIGINT NOT NULL,
  drafted_at BIGINT NOT NULL,
  in_force_at BIGINT,
  delivered_at BIGINT,
  delivery_way TEXT,
  delivery_note TEXT,
  reversed_at BIGINT,
  reversed_reason TEXT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX decision_case ON decision (case_id);
CREATE INDEX decision_in_force ON decision (in_force_at);

CREATE TABLE measure (
  id {{id}},
  decision_id BIGINT NOT NULL REFERENCES decision (id),
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  article TEXT,
  amount_fen BIGINT,
  done_fen BIGINT NOT NULL DEFAULT 0,
  multiple TEXT,
  from_day TEXT,
  until_day TEXT,
  target TEXT,
  note TEXT,
  due_at BIGINT
);
CREATE INDEX measure_decision ON measure (decision_id);
CREATE INDEX measure_case ON measure (case_id, kind);

-- What was done about a measure; only added.
CREATE TABLE execution (
  id {{id}},
  measure_id BIGINT NOT NULL REFERENCES measure (id),
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  at BIGINT NOT NULL,
  day TEXT NOT NULL,
  user_id BIGINT NOT NULL,
  way TEXT NOT NULL,
  amount_fen BIGINT,
  receipt TEXT,
  note TEXT
);
CREATE INDEX execution_measure ON execution (measure_id);
CREATE INDEX execution_day ON execution (day);

-- The share of every line in a refusal or refund.
CREATE TABLE measure_line (
  measure_id BIGINT NOT NULL REFERENCES measure (id),
  line_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  done_fen BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (measure_id, line_id)
);
CREATE INDEX measure_line_line ON measure_line (line_id);

-- A version never changes; the newest of a name is current.
CREATE TABLE approval_flow (
  id {{id}},
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  steps_json TEXT NOT NULL,
  levels_json TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BIGINT,
  reason TEXT NOT NULL,
  UNIQUE (name, version)
);

CREATE TABLE approval (
  id {{id}},
  decision_id BIGINT NOT NULL REFERENCES decision (id),
  case_id BIGINT NOT NULL REFERENCES case_file (id),
  flow BIGINT NOT NULL REFERENCES approval_flow (id),
  area TEXT NOT NULL,
  level BIGINT NOT NULL,
  step BIGINT NOT NULL,
  role TEXT NOT NULL,
  needed_json TEXT NOT NULL,
  state TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  submitted_by BIGINT NOT NULL,
  due_at BIGINT,
  finished_at BIGINT
);
CREATE INDEX approval_open ON approval (state, role, submitted_at);
CREATE INDEX approval_decision ON approval (decision_id);

CREATE TABLE approval_vote (
  approval_id BIGINT NOT NULL REFERENCES approval (id),
  user_id BIGINT NOT NULL,
  step BIGINT NOT NULL,
  vote TEXT NOT NULL,
  comment TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (approval_id, user_id)
);
CREATE INDEX approval_vote_user ON approval_vote (user_id, at);

CREATE TABLE case_clock (
  id {{id}},
  kind TEXT NOT NULL,
  case_id BIGINT REFERENCES case_file (id),
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  owner BIGINT,
  institution TEXT,
  role TEXT,
  area TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  length BIGINT NOT NULL,
  unit TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  pauses_json TEXT NOT NULL,
  paused_why TEXT,
  escalated BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT
);
CREATE INDEX case_clock_due ON case_clock (state, due_at);
CREATE INDEX case_clock_case ON case_clock (case_id, state);
CREATE INDEX case_clock_object ON case_clock (object_kind, object_id);
CREATE INDEX case_clock_owner ON case_clock (owner, state, due_at);

CREATE TABLE document (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  case_id BIGINT REFERENCES case_file (id),
  object_kind TEXT,
  object_id BIGINT,
  institution TEXT,
  institution_name TEXT,
  area TEXT NOT NULL,
  period TEXT,
  made_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL,
  data_json TEXT NOT NULL,
  sha256 TEXT NOT NULL
);
CREATE INDEX document_made ON document (made_at);
CREATE INDEX document_case ON document (case_id);
CREATE INDEX document_object ON document (object_kind, object_id);

CREATE TABLE self_check (
  id {{id}},
  no TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  institution TEXT NOT NULL,
  institution_name TEXT NOT NULL,
  area TEXT NOT NULL,
  state TEXT NOT NULL,
  due TEXT NOT NULL,
  from_day TEXT,
  until_day TEXT,
  found_fen BIGINT NOT NULL DEFAULT 0,
  admitted_fen BIGINT NOT NULL DEFAULT 0,
  refund_fen BIGINT NOT NULL DEFAULT 0,
  return_reason TEXT,
  asked_at BIGINT NOT NULL,
  asked_by BIGINT NOT NULL,
  submitted_at BIGINT,
  accepted_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX self_check_institution ON self_check (institution, asked_at);
CREATE INDEX self_check_area ON self_check (area, asked_at);

CREATE TABLE self_check_item (
  self_check_id BIGINT NOT NULL REFERENCES self_check (id),
  position BIGINT NOT NULL,
  code TEXT NOT NULL,
  source TEXT NOT NULL,
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  rules_json TEXT NOT NULL,
  found BIGINT NOT NULL,
  found_fen BIGINT NOT NULL,
  admitted BIGINT,
  admitted_fen BIGINT,
  refund_fen BIGINT,
  note TEXT,
  PRIMARY KEY (self_check_id, code)
);

-- Files an institution's system sent ahead of its answer (national message 3704).
CREATE TABLE attachment_set (
  id {{id}},
  key TEXT NOT NULL UNIQUE,
  institution TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
