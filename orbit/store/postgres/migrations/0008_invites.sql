-- Invites by mail.  Nothing here tells an address without the pepper, and nothing tells
-- who came: as soon as he is in, the row forgets him.
CREATE TABLE invite (
  id uuid PRIMARY KEY,                  -- and of its mail
  board uuid NOT NULL REFERENCES board ON DELETE CASCADE,
  mail bytea NOT NULL,                  -- keyed hashes: of the address,
  token bytea NOT NULL,                 -- and of what its link holds
  sealed bytea NOT NULL,                -- the address; empty once it was withdrawn
  op bytea NOT NULL,                    -- 16 bytes of a hash of the call that made it
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open',   -- open, came or withdrawn
  taken_by bytea                        -- a keyed hash of who comes in just now
);
CREATE UNIQUE INDEX invite_one ON invite (board, mail) WHERE state <> 'withdrawn';
CREATE INDEX invite_token ON invite (token);
CREATE INDEX invite_mail ON invite (mail);
CREATE INDEX invite_age ON invite (made_at);

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE invite
  ALTER COLUMN mail SET STATISTICS 0, ALTER COLUMN sealed SET STATISTICS 0;

-- Keeps an invite and the mail that tells it, and withdraws the one before of the same
-- address; or says why not.  The locks have those wait who count the same board, then
-- those who count the same address: always in this order.
CREATE FUNCTION keep_invite(
  its_id uuid, to_board uuid, to_mail bytea, its_token bytea, its_sealed bytea,
  its_op bytea, now timestamptz, ends timestamptz, again_since timestamptz,
  since timestamptz, most_of_mail int, most_of_board int,
  parcel_sealed bytea, parcel_until timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  last invite;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(to_board::text, 8));
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(to_mail, 'hex'), 9));
  SELECT * INTO last FROM invite WHERE board = to_board AND mail = to_mail
   ORDER BY made_at DESC LIMIT 1;
  IF last.op = its_op THEN
    RETURN 'told';
  ELSIF last.made_at > again_since THEN
    RETURN 'again';
  ELSIF (SELECT count(*) FROM invite WHERE mail = to_mail AND made_at > since)
        >= most_of_mail THEN
    RETURN 'address';
  ELSIF (SELECT count(*) FROM invite
          WHERE board = to_board AND mail <> to_mail AND state <> 'withdrawn')
        >= most_of_board THEN
    RETURN 'board';
  END IF;
  UPDATE invite SET state = 'withdrawn', token = '', sealed = ''
   WHERE board = to_board AND mail = to_mail AND state <> 'withdrawn';
  INSERT INTO invite (id, board, mail, token, sealed, op, made_at, expires_at)
  VALUES (its_id, to_board, to_mail, its_token, its_sealed, its_op, now, ends);
  INSERT INTO parcel (id, sealed, until)
  VALUES (its_id, parcel_sealed, parcel_until);
  RETURN 'kept';
END $$;
