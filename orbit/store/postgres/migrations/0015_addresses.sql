-- Has an address that was shown to be its owner's be an account's, if that still has the
-- one it had when it asked.  Another address ends all logins but one.  NULL if another
-- account has it, or the account has another one.
CREATE FUNCTION settle_address(
  whose uuid, was text, its_email text, now timestamptz, but uuid
) RETURNS uuid[] LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account
     SET email = its_email,
         verified_at = CASE WHEN was = its_email THEN coalesce(verified_at, now)
                            ELSE now END
   WHERE id = whose AND email = was;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF was = its_email THEN
    RETURN '{}';
  END IF;
  RETURN ARRAY(SELECT end_logins(whose, but));
EXCEPTION WHEN unique_violation THEN
  RETURN NULL;
END $$;
