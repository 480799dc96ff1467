-- Who has signed in at an identity provider, and which account he has here.
CREATE TABLE outsider (
  who bytea PRIMARY KEY,                -- a keyed hash of provider and subject
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE
);
CREATE INDEX outsider_account ON outsider (account);

-- Begins a login once, however many tokens of one session there come at the same time;
-- true while it lasts.  The mark keeps what was ended here from beginning anew.
CREATE FUNCTION begin_once(
  its_family uuid, whose uuid, its_salt bytea, its_version int,
  mark bytea, now timestamptz, until timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO guess AS g (who, paid_at) VALUES (mark, until)
      ON CONFLICT (who) DO UPDATE SET paid_at = until WHERE g.paid_at <= now;
  IF FOUND THEN
    INSERT INTO login (family, account, salt, began_at, rotated_at)
    SELECT its_family, id, its_salt, now, now FROM account
     WHERE id = whose AND version = its_version FOR SHARE
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN EXISTS (SELECT FROM login WHERE family = its_family);
END $$;
