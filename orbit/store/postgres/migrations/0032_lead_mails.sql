-- A lead's mails are its own, that to the operator too: they have what was filled in, and
-- those that wait go with it.
ALTER TABLE parcel ADD COLUMN lead uuid REFERENCES lead ON DELETE CASCADE;
UPDATE parcel SET lead = id WHERE id IN (SELECT id FROM lead);
CREATE INDEX parcel_lead ON parcel (lead) WHERE lead IS NOT NULL;

-- As it did; and the mails are the lead's.
CREATE OR REPLACE FUNCTION keep_lead(
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
  INSERT INTO parcel (id, sealed, until, lead)
  SELECT its_id, thanks_sealed, thanks_until, its_id
   WHERE NOT is_thanked AND NOT EXISTS (SELECT FROM unsubscribed WHERE mail = its_mail);
  INSERT INTO parcel (id, sealed, until, lead)
  SELECT note_id, note_sealed, note_until, its_id
   WHERE note_id IS NOT NULL AND late < most_notes;
  RETURN true;
END $$;
