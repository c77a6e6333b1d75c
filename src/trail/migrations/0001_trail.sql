-- Everything anybody did or looked at. docs/formats/trail.md says what a hash is made of.
CREATE TABLE trail (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  area TEXT NOT NULL,
  institution TEXT NOT NULL,
  action TEXT NOT NULL,
  is_view BIGINT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details TEXT NOT NULL,
  ip TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX trail_object ON trail (object_kind, object_id, seq);
CREATE INDEX trail_user ON trail (user_id, seq);
CREATE INDEX trail_view ON trail (is_view, seq);
CREATE INDEX trail_action ON trail (action, seq);

-- Files by their hash; one row for each time somebody brought one.
CREATE TABLE evidence (
  id {{id}},
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  media_type TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT,
  taken_at BIGINT,
  lat DOUBLE PRECISION,
  lon DOUBLE PRECISION,
  by_user BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX evidence_object ON evidence (object_kind, object_id, id);

-- Nothing is overwritten. A program with the right to drop these triggers is what the chain and its anchors are for.
{{sqlite}}
CREATE TRIGGER trail_no_update BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END;
CREATE TRIGGER trail_no_delete BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is only added to'); END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is only added to'); END;
{{end}}
{{postgresql}}
CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is only added to', TG_TABLE_NAME;
END $$;
CREATE TRIGGER trail_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON trail FOR EACH STATEMENT EXECUTE FUNCTION only_added_to();
CREATE TRIGGER evidence_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION only_added_to();
{{end}}
