-- As `remove_org` did; if `alone` not when others are in it.  Whoever comes by an invite
-- shares the organisation's lock: he is waited for, and counted.
CREATE FUNCTION remove_org(its_id uuid, its_version int, now timestamptz, alone bool)
RETURNS TABLE (id uuid, account uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF NOT change_org(its_id, its_version, NULL)
     OR (alone AND (SELECT count(*) FROM org_member WHERE org = its_id) > 1) THEN
    RETURN QUERY SELECT NULL::uuid, NULL::uuid;
    RETURN;
  END IF;
  RETURN QUERY SELECT cut_off(account, now), account FROM org_member WHERE org = its_id;
  DELETE FROM org WHERE id = its_id;
END $$;
