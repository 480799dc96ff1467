-- Second factors: what is shown beside a password, or a code that was mailed.
CREATE TABLE factor (
  account uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  sealed bytea NOT NULL,                -- its secret, sealed with the pepper
  confirmed_at timestamptz,             -- before that nobody is asked for it
  step bigint NOT NULL DEFAULT 0,       -- of time, of the last code that was shown
  recovery bytea[] NOT NULL DEFAULT '{}'  -- keyed hashes of the codes that are left
);

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE factor
  ALTER COLUMN sealed SET STATISTICS 0, ALTER COLUMN recovery SET STATISTICS 0;
