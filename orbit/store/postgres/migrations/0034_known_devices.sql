-- As it did; who comes again by a device of today waits for no lock and writes nothing.
CREATE OR REPLACE FUNCTION recognise_device(
  its_family uuid, whose uuid, its_mark bytea, now timestamptz, since timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
  is_known bool;
BEGIN
  IF EXISTS (SELECT FROM device WHERE account = whose AND mark = its_mark
                AND seen_at > greatest(since, now - interval '1 day'))
     AND EXISTS (SELECT FROM login WHERE family = its_family) THEN
    RETURN true;
  END IF;
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
