-- What visitors have filled in, in forms that are open to everybody.
CREATE TABLE lead (
  id uuid PRIMARY KEY,
  form text NOT NULL,
  email text NOT NULL,                  -- whose it is, nobody has shown
  inbox bytea NOT NULL,                 -- a keyed hash of where mails to it arrive
  said jsonb NOT NULL,                  -- the other fields that were filled in
  made_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX lead_waits ON lead (email) WHERE form = 'waitlist';
CREATE INDEX lead_form ON lead (form, made_at);
CREATE INDEX lead_made ON lead (made_at);
CREATE INDEX lead_email ON lead (email);
CREATE INDEX lead_inbox ON lead (inbox, form, made_at);

-- ANALYZE keeps samples of what columns hold.
ALTER TABLE lead ALTER COLUMN email SET STATISTICS 0,
                 ALTER COLUMN inbox SET STATISTICS 0,
                 ALTER COLUMN said SET STATISTICS 0;

-- Keeps a lead and the mails about it; false if it is kept already.  The lock has of many
-- at once the first be thanked alone.
CREATE FUNCTION keep_lead(
  its_id uuid, its_form text, its_email text, its_said jsonb, now timestamptz,
  its_mail bytea, its_inbox bytea, thanked_since timestamptz,
  thanks_sealed bytea, thanks_until timestamptz,
  note_id uuid, note_sealed bytea, note_until timestamptz,
  noted_since timestamptz, most_notes int
) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
  is_thanked bool;
  late int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(its_inbox, 'hex'), 11));
  is_thanked := EXISTS (SELECT FROM lead WHERE inbox = its_inbox AND form = its_form
                           AND made_at > thanked_since);
  late := (SELECT count(*) FROM lead WHERE made_at > noted_since);
  INSERT INTO lead (id, form, email, inbox, said, made_at)
  VALUES (its_id, its_form, its_email, its_inbox, its_said, now) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO parcel (id, sealed, until)
  SELECT its_id, thanks_sealed, thanks_until
   WHERE NOT is_thanked AND NOT EXISTS (SELECT FROM unsubscribed WHERE mail = its_mail);
  INSERT INTO parcel (id, sealed, until)
  SELECT note_id, note_sealed, note_until
   WHERE note_id IS NOT NULL AND late < most_notes;
  RETURN true;
END $$;
