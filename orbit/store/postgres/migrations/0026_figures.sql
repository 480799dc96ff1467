-- How many rows a table has: counted, or where that takes long as ANALYZE has found it.
CREATE FUNCTION count_of(its regclass) RETURNS bigint STABLE LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  SELECT reltuples INTO found FROM pg_class WHERE oid = its;
  IF found < 200000 THEN
    EXECUTE format('SELECT count(*) FROM %s', its) INTO found;
  END IF;
  RETURN found;
END $$;

-- What the console lists and counts.
CREATE INDEX account_newest ON account (created_at DESC, id);
CREATE INDEX account_suspended ON account (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX account_staff ON account (id) WHERE role = 'dev';
