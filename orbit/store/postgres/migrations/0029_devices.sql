-- By what an account was entered of late.  What a browser says that it is anybody can say:
-- a device is that, and from which network; and nobody reads either from the mark.
ALTER TABLE login ADD COLUMN device bytea NOT NULL DEFAULT '';

CREATE TABLE device (
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  mark bytea NOT NULL,                  -- a keyed hash
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (account, mark)
);
CREATE INDEX device_age ON device (seen_at);

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE login ALTER COLUMN device SET STATISTICS 0;
ALTER TABLE device ALTER COLUMN mark SET STATISTICS 0;

-- Remembers the device of a login; tells whether it was seen since.  The account is locked
-- before the login, as by whoever erases it; and a login that has ended has none.
CREATE FUNCTION recognise_device(
  its_family uuid, whose uuid, its_mark bytea, now timestamptz, since timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
  is_known bool;
BEGIN
  PERFORM FROM account WHERE id = whose FOR KEY SHARE;
  PERFORM FROM login WHERE family = its_family FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  is_known := EXISTS (SELECT FROM device WHERE account = whose AND mark = its_mark
                         AND seen_at > since);
  INSERT INTO device (account, mark, seen_at) VALUES (whose, its_mark, now)
  ON CONFLICT (account, mark) DO UPDATE SET seen_at = excluded.seen_at;
  RETURN is_known;
END $$;

-- Ends a login and forgets its device.
CREATE FUNCTION disown_login(its_family uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  its record;
BEGIN
  SELECT account, device INTO its FROM login WHERE family = its_family;
  PERFORM FROM account WHERE id = its.account FOR KEY SHARE;
  DELETE FROM login WHERE family = its_family;
  DELETE FROM device WHERE account = its.account AND mark = its.device;
END $$;
