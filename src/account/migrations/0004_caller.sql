-- Institutions whose systems ask in real time. Keys as digests only. What SM3 and SM4 share between two sides must be kept
-- as it is; it is never shown again.
CREATE TABLE caller (
  institution TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  enabled BIGINT NOT NULL DEFAULT 1,
  key_digest TEXT UNIQUE,
  key_hint TEXT NOT NULL DEFAULT '',
  key_made_at BIGINT,
  old_key_digest TEXT UNIQUE,
  old_key_until BIGINT,
  must_sign TEXT NOT NULL DEFAULT 'none',
  must_encrypt BIGINT NOT NULL DEFAULT 0,
  sm2_public TEXT NOT NULL DEFAULT '',
  sm3_secret TEXT NOT NULL DEFAULT '',
  sm4_key TEXT NOT NULL DEFAULT '',
  sm4_mode TEXT NOT NULL DEFAULT 'ecb',
  grade TEXT NOT NULL DEFAULT '',
  per_second BIGINT NOT NULL,
  burst BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
