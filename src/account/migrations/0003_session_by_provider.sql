-- Whoever comes by an identity provider has no password of ours to change first.
ALTER TABLE session ADD COLUMN by_provider BIGINT NOT NULL DEFAULT 0;
