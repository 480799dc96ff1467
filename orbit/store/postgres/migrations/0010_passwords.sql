-- Passwords beside codes.  Whoever chose one has not yet shown that the address is his:
-- until `verified_at` the account gets nothing by its address, and gives way to who has.
ALTER TABLE account
  ADD COLUMN username text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN verified_at timestamptz,
  ADD COLUMN about jsonb NOT NULL DEFAULT '{}';
UPDATE account SET verified_at = created_at;
CREATE UNIQUE INDEX account_username ON account (lower(username)) WHERE username <> '';

CREATE TABLE password (
  account uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  sealed bytea NOT NULL,                -- its slow hash, sealed with the pepper
  changed_at timestamptz NOT NULL
);

-- How much was tried of late, by what was typed: also for names that there are not.
CREATE TABLE guess (
  who bytea PRIMARY KEY,                -- a keyed hash
  paid_at timestamptz NOT NULL          -- when as much may be tried again as at first
);
CREATE INDEX guess_paid ON guess (paid_at);

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE account
  ALTER COLUMN username SET STATISTICS 0, ALTER COLUMN about SET STATISTICS 0;
ALTER TABLE password ALTER COLUMN sealed SET STATISTICS 0;

-- Notes that an address was shown to be an account's.  What it had until then may be of
-- somebody who has only typed the address: its password is void, its logins end.
CREATE FUNCTION prove_address(its_id uuid, now timestamptz)
RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET verified_at = now, version = version + 1
   WHERE id = its_id AND verified_at IS NULL;
  IF FOUND THEN
    DELETE FROM password WHERE account = its_id;
    RETURN QUERY DELETE FROM login WHERE account = its_id RETURNING family;
  END IF;
END $$;
