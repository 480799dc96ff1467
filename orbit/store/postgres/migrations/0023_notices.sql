-- Notices: what has happened that concerns an account.  What one says is sealed.
CREATE TABLE notice (
  id uuid PRIMARY KEY,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind text NOT NULL,
  sealed bytea NOT NULL,
  at timestamptz NOT NULL,
  read_at timestamptz
);
CREATE INDEX notice_account ON notice (account, at DESC, id DESC);
CREATE INDEX notice_unread ON notice (account) WHERE read_at IS NULL;
CREATE INDEX notice_read ON notice (read_at) WHERE read_at IS NOT NULL;
CREATE INDEX notice_age ON notice (at);

GRANT INSERT, SELECT (id) ON notice TO orbit_tenant;
GRANT SELECT ON preference TO orbit_tenant;

-- Tells an account something, once, unless it does not want that; tells whether it did.
CREATE FUNCTION tell_account(
  its_id uuid, whose uuid, its_kind text, its_sealed bytea, wish text, now timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notice (id, account, kind, sealed, at)
  SELECT its_id, a.id, its_kind, its_sealed, now FROM account a
   WHERE a.id = whose AND its_id IS NOT NULL AND its_kind IS NOT NULL
     AND NOT EXISTS (SELECT FROM preference p
                      WHERE p.account = whose AND p.told -> wish = 'false')
  ON CONFLICT (id) DO NOTHING;
  RETURN FOUND;
END $$;
