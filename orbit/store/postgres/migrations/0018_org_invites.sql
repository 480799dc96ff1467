-- As before, but an organisation that is being removed is waited for before its members
-- are: the two would else wait for each other.
CREATE OR REPLACE FUNCTION keep_org_invite(
  its_org uuid, its_id uuid, its_role text, inviter uuid, to_mail bytea,
  its_token bytea, its_sealed bytea, its_op bytea, now timestamptz, ends timestamptz,
  parcel_sealed bytea, parcel_until timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(to_mail, 'hex'), 9));
  PERFORM FROM org WHERE id = its_org FOR SHARE;
  PERFORM FROM org_member WHERE org = its_org AND account = inviter FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM parcel WHERE id IN (
    SELECT i.id FROM org_invite i WHERE i.org = its_org AND i.mail = to_mail);
  DELETE FROM org_invite WHERE org = its_org AND mail = to_mail;
  INSERT INTO org_invite (org, id, role, by, mail, token, sealed, op, made_at, expires_at)
  VALUES (its_org, its_id, its_role, inviter, to_mail, its_token, its_sealed, its_op,
          now, ends);
  INSERT INTO parcel (id, sealed, until)
  SELECT its_id, parcel_sealed, parcel_until
   WHERE NOT EXISTS (SELECT FROM unsubscribed WHERE mail = to_mail);
  RETURN true;
END $$;
