-- As `keep_code` did, but of what one asker was sent the last `good` are not void.
CREATE FUNCTION keep_code(
  to_mail bytea, by bytea, its_hash bytea, now timestamptz, ends timestamptz,
  its_tries int, since timestamptz, most int,
  parcel_id uuid, parcel_sealed bytea, parcel_until timestamptz, good int
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(to_mail, 'hex'), 7));
  IF (SELECT count(*) FROM code WHERE mail = to_mail AND sent_at > since) >= most THEN
    RETURN false;
  END IF;
  UPDATE code SET tries = 0 WHERE mail = to_mail AND hash IN (
    SELECT c.hash FROM code c WHERE c.mail = to_mail AND c.asked_by = by
     ORDER BY c.sent_at DESC OFFSET good - 1);
  INSERT INTO code (mail, asked_by, hash, sent_at, expires_at, tries)
  VALUES (to_mail, by, its_hash, now, ends, its_tries)
  ON CONFLICT (mail, hash) DO UPDATE
     SET sent_at = excluded.sent_at, expires_at = excluded.expires_at,
         tries = excluded.tries;
  INSERT INTO parcel (id, sealed, until)
  VALUES (parcel_id, parcel_sealed, parcel_until);
  RETURN true;
END $$;
