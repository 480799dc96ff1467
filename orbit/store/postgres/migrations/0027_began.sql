-- As `begin_once` did, but the login began when its owner signed in elsewhere; and whoever
-- was suspended meanwhile begins none.
CREATE FUNCTION begin_once(
  its_family uuid, whose uuid, its_salt bytea, its_version int,
  mark bytea, now timestamptz, until timestamptz, began timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO guess AS g (who, paid_at) VALUES (mark, until)
      ON CONFLICT (who) DO UPDATE SET paid_at = until WHERE g.paid_at <= now;
  IF FOUND THEN
    INSERT INTO login (family, account, salt, began_at, rotated_at)
    SELECT its_family, id, its_salt, began, now FROM account
     WHERE id = whose AND version = its_version AND suspended_at IS NULL FOR SHARE
        ON CONFLICT DO NOTHING;
  END IF;
  RETURN EXISTS (SELECT FROM login WHERE family = its_family);
END $$;
