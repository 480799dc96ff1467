-- Whoever has shown the address chooses a password: what was before is void.
CREATE FUNCTION choose_password(whose uuid, its_sealed bytea, now timestamptz)
RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET verified_at = coalesce(verified_at, now) WHERE id = whose;
  IF FOUND THEN
    INSERT INTO password (account, sealed, changed_at) VALUES (whose, its_sealed, now)
    ON CONFLICT (account) DO UPDATE
       SET sealed = excluded.sealed, changed_at = excluded.changed_at;
    RETURN QUERY SELECT end_logins(whose, NULL);
  END IF;
END $$;
