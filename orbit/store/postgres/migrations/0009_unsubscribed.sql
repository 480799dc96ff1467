-- Addresses that get no mails but those they ask for, by keyed hashes.
CREATE TABLE unsubscribed (
  mail bytea PRIMARY KEY,
  since timestamptz NOT NULL
);

-- ANALYZE keeps samples of what columns hold.
ALTER TABLE unsubscribed ALTER COLUMN mail SET STATISTICS 0;

-- Has an address get no more such mails, and those that wait go.  The lock has an invite
-- that is just being kept be one that waits.
CREATE FUNCTION unsubscribe(its_mail bytea, now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(its_mail, 'hex'), 9));
  INSERT INTO unsubscribed (mail, since) VALUES (its_mail, now) ON CONFLICT DO NOTHING;
  DELETE FROM parcel WHERE id IN (SELECT id FROM invite WHERE mail = its_mail);
END $$;

-- As before, but whoever has unsubscribed is told nothing; the answer is the same.
CREATE OR REPLACE FUNCTION keep_invite(
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
  SELECT its_id, parcel_sealed, parcel_until
   WHERE NOT EXISTS (SELECT FROM unsubscribed WHERE mail = to_mail);
  RETURN 'kept';
END $$;
