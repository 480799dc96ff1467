-- Sign-ins as their owner lists them, and their end: one, all but one, or all.
ALTER TABLE login ADD COLUMN agent text NOT NULL DEFAULT '';  -- what a browser says it is

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE login ALTER COLUMN agent SET STATISTICS 0;

-- Ends all logins of an account but one, and voids all its access tokens.  The row is
-- written first: a login that begins just now waits for it, and finds another version.
CREATE FUNCTION end_logins(whose uuid, but uuid)
RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET version = version + 1 WHERE id = whose;
  RETURN QUERY DELETE FROM login
   WHERE account = whose AND family IS DISTINCT FROM but RETURNING family;
END $$;

-- Changes a password if it still is the one that was shown, and ends all logins but one;
-- NULL if it is not.
CREATE FUNCTION change_password(
  whose uuid, before bytea, its_sealed bytea, now timestamptz, but uuid
) RETURNS uuid[] LANGUAGE plpgsql AS $$
BEGIN
  UPDATE password SET sealed = its_sealed, changed_at = now
   WHERE account = whose AND sealed = before;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(SELECT end_logins(whose, but));
END $$;
