-- Accounts that are suspended: they are nobody, until that is ended.
ALTER TABLE account ADD COLUMN suspended_at timestamptz;

-- Gives an account a role, suspends it or ends that, and ends all that it had begun; no
-- row if `by` may not, or not any more.  Both are locked: of two who do so to each other
-- at once, the second one is told.
CREATE FUNCTION govern_account(
  whose uuid, by uuid, its_role text, suspend bool, now timestamptz
) RETURNS TABLE (cut uuid, ended uuid[]) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM account WHERE id IN (whose, by) ORDER BY id FOR NO KEY UPDATE;
  IF NOT EXISTS (SELECT FROM account
                  WHERE id = by AND role = 'dev' AND suspended_at IS NULL) THEN
    RETURN;
  END IF;
  UPDATE account
     SET role = coalesce(its_role, role),
         suspended_at = CASE WHEN suspend IS NULL THEN suspended_at
                             WHEN suspend THEN coalesce(suspended_at, now) END
   WHERE id = whose;
  RETURN QUERY SELECT cut_off(whose, now), ARRAY(SELECT end_logins(whose, NULL));
END $$;

-- How many organisations there are is no tenant's to know, nor anybody's who they are.
CREATE POLICY counted ON org FOR SELECT TO orbit_sweeper
  USING (current_user = 'orbit_sweeper');
GRANT SELECT (id) ON org TO orbit_sweeper;
