-- Sign-ins that wait for an identity provider: each is used once, within minutes. Digests only, as with sessions.
CREATE TABLE oidc_attempt (
  state_digest TEXT PRIMARY KEY,
  browser_digest TEXT NOT NULL,
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  back TEXT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX oidc_attempt_ends ON oidc_attempt (ends_at);
