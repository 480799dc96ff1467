-- Accounts: who has shown that a mail address is his, the sign-ins that last, the codes
-- that were sent, and mails on their way.  Nothing here tells a code or a token, and
-- nothing tells without the pepper who somebody is to a board.
CREATE TABLE account (
  id uuid PRIMARY KEY,
  email text COLLATE "C" NOT NULL UNIQUE,
  personas bytea NOT NULL,              -- sealed with the pepper
  created_at timestamptz NOT NULL,
  name text NOT NULL DEFAULT '',
  version int NOT NULL DEFAULT 1,       -- access tokens of another one are void
  leaving bool NOT NULL DEFAULT false
);

CREATE TABLE login (
  family uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  salt bytea NOT NULL,
  began_at timestamptz NOT NULL,
  rotated_at timestamptz NOT NULL,
  counter int NOT NULL DEFAULT 0        -- of the one refresh token that is good
);
CREATE INDEX login_account ON login (account);

CREATE TABLE code (
  mail bytea NOT NULL,                  -- keyed hashes: of the address,
  asked_by bytea NOT NULL,              -- of the ghost that asked, or empty,
  hash bytea NOT NULL,                  -- and of the code
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  tries int NOT NULL,                   -- that are left
  PRIMARY KEY (mail, hash)
);
CREATE INDEX code_age ON code (sent_at);

CREATE TABLE parcel (
  id uuid PRIMARY KEY,
  sealed bytea NOT NULL,
  until timestamptz NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX parcel_due ON parcel (next_at);

ALTER TABLE ghost ADD COLUMN account uuid REFERENCES account ON DELETE CASCADE;
CREATE INDEX ghost_account ON ghost (account) WHERE account IS NOT NULL;

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE account
  ALTER COLUMN email SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0,
  ALTER COLUMN personas SET STATISTICS 0;
ALTER TABLE parcel ALTER COLUMN sealed SET STATISTICS 0;

-- Keeps a code and the mail that tells it, and voids the one before of the same asker;
-- false if so many were sent to the address of late.  The lock has those wait who count
-- the same address at the same time.
CREATE FUNCTION keep_code(
  to_mail bytea, by bytea, its_hash bytea, now timestamptz, ends timestamptz,
  its_tries int, since timestamptz, most int,
  parcel_id uuid, parcel_sealed bytea, parcel_until timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(to_mail, 'hex'), 7));
  IF (SELECT count(*) FROM code WHERE mail = to_mail AND sent_at > since) >= most THEN
    RETURN false;
  END IF;
  UPDATE code SET tries = 0 WHERE mail = to_mail AND asked_by = by;
  INSERT INTO code (mail, asked_by, hash, sent_at, expires_at, tries)
  VALUES (to_mail, by, its_hash, now, ends, its_tries)
  ON CONFLICT (mail, hash) DO UPDATE
     SET sent_at = excluded.sent_at, expires_at = excluded.expires_at,
         tries = excluded.tries;
  INSERT INTO parcel (id, sealed, until)
  VALUES (parcel_id, parcel_sealed, parcel_until);
  RETURN true;
END $$;
