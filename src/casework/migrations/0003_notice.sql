-- A notice before a penalty has reached the party; what the party, or the bureau about it, answered. kind: statement, waived,
-- hearing_requested, hearing_held.
ALTER TABLE document ADD COLUMN delivered_at BIGINT;
ALTER TABLE document ADD COLUMN delivery_way TEXT;
ALTER TABLE document ADD COLUMN delivery_note TEXT;

CREATE TABLE document_answer (
  id {{id}},
  document_id BIGINT NOT NULL REFERENCES document (id),
  kind TEXT NOT NULL,
  text TEXT,
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL
);
CREATE INDEX document_answer_document ON document_answer (document_id);
