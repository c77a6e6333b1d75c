-- INSERT OR REPLACE takes a row's place without any of SQLite's delete triggers. PostgreSQL knows no such statement.
{{sqlite}}
CREATE TRIGGER trail_no_replace BEFORE INSERT ON trail WHEN EXISTS (SELECT 1 FROM trail WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the trail is only added to'); END;
CREATE TRIGGER evidence_no_replace BEFORE INSERT ON evidence WHEN EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'evidence is only added to'); END;
{{end}}

-- A day is asked for without anything else too.
CREATE INDEX trail_at ON trail (at, seq);
