-- Organisations, their members and invites: each apart from all others.
--
-- Rows are seen by two roles that own nothing and cannot bypass their policies.  They are
-- entered for one transaction, which says in `orbit.org` or `orbit.account` what it is
-- about; what says nothing, or is not in such a role, finds nothing.  Source: ADR-0032.

-- Roles are the server's, not a database's: they may be there already.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['orbit_tenant', 'orbit_sweeper'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;  -- just now
      END;
    END IF;
    BEGIN
      EXECUTE format('GRANT %I TO %I', name, current_user);
    EXCEPTION
      WHEN insufficient_privilege THEN  -- of whom an administrator has made it, before
        IF NOT pg_has_role(current_user, name, 'MEMBER') THEN RAISE; END IF;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
  END LOOP;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE insufficient_privilege USING MESSAGE = format(
      'this user may not make roles; as an administrator run: CREATE ROLE orbit_tenant '
      'NOLOGIN; CREATE ROLE orbit_sweeper NOLOGIN; GRANT orbit_tenant, orbit_sweeper '
      'TO %I;', current_user);
END $$;

CREATE FUNCTION this_org() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('orbit.org', true), '')::uuid $$;
CREATE FUNCTION this_account() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('orbit.account', true), '')::uuid $$;

CREATE TABLE org (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  version int NOT NULL DEFAULT 1        -- counts what changes it or its members' roles
);

CREATE TABLE org_member (
  org uuid NOT NULL REFERENCES org ON DELETE CASCADE,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('MEMBER', 'MANAGER', 'ADMIN')),
  joined_at timestamptz NOT NULL,
  PRIMARY KEY (org, account)
);
CREATE INDEX org_member_account ON org_member (account);

CREATE TABLE org_invite (
  org uuid NOT NULL REFERENCES org ON DELETE CASCADE,
  id uuid NOT NULL,                     -- and of its mail
  role text NOT NULL CHECK (role IN ('MEMBER', 'MANAGER', 'ADMIN')),
  by uuid NOT NULL,                     -- a member; it goes with him
  mail bytea NOT NULL,                  -- keyed hashes: of the address,
  token bytea NOT NULL,                 -- and of what its link holds
  sealed bytea NOT NULL,                -- the address
  op bytea NOT NULL,                    -- 16 bytes of a hash of the call that made it
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (org, id),
  UNIQUE (org, mail),
  FOREIGN KEY (org, by) REFERENCES org_member (org, account) ON DELETE CASCADE
);
CREATE INDEX org_invite_by ON org_invite (org, by);
CREATE INDEX org_invite_mail ON org_invite (mail);
CREATE INDEX org_invite_age ON org_invite (expires_at);

-- Whose connections are to be cut, for nodes that were not told.
CREATE TABLE cut (
  id uuid PRIMARY KEY,
  account uuid NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX cut_age ON cut (at);

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE org ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE org_invite
  ALTER COLUMN mail SET STATISTICS 0, ALTER COLUMN sealed SET STATISTICS 0;

ALTER TABLE org ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE org_member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE org_invite ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON org TO orbit_tenant USING (id = this_org());
CREATE POLICY tenant ON org_member TO orbit_tenant USING (org = this_org());
CREATE POLICY tenant ON org_invite TO orbit_tenant USING (org = this_org());
CREATE POLICY own ON org_member FOR SELECT TO orbit_tenant
  USING (account = this_account());
CREATE POLICY own ON org FOR SELECT TO orbit_tenant
  USING (id IN (SELECT org FROM org_member WHERE account = this_account()));
CREATE POLICY swept ON org_invite TO orbit_sweeper USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON org, org_member, org_invite TO orbit_tenant;
GRANT SELECT (id, email, name, username, about, verified_at) ON account TO orbit_tenant;
GRANT SELECT ON unsubscribed TO orbit_tenant;
GRANT SELECT (id), INSERT, DELETE ON parcel TO orbit_tenant;
GRANT INSERT ON cut TO orbit_tenant;
GRANT SELECT (org, id, mail, expires_at), DELETE ON org_invite TO orbit_sweeper;
GRANT SELECT (id), DELETE ON parcel TO orbit_sweeper;

-- What follows is called in the role `orbit_tenant`, with its rights and no others.

-- Counts an organisation's version up, if it still is this one.
CREATE FUNCTION change_org(its_id uuid, its_version int, its_name text)
RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  UPDATE org SET version = version + 1, name = coalesce(its_name, name)
   WHERE id = its_id AND version = its_version;
  RETURN FOUND;
END $$;

-- Notes that somebody's connections are to be cut.
CREATE FUNCTION cut_off(whose uuid, now timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  its_id uuid := gen_random_uuid();
BEGIN
  INSERT INTO cut (id, account, at) VALUES (its_id, whose, now);
  RETURN its_id;
END $$;

-- Gives a member a role, or with NULL none; returns the cut, NULL if it is too late.
CREATE FUNCTION give_org_role(
  its_id uuid, its_version int, whose uuid, its_role text, now timestamptz
) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  IF NOT change_org(its_id, its_version, NULL) THEN
    RETURN NULL;
  END IF;
  IF its_role IS NULL THEN
    DELETE FROM org_member WHERE org = its_id AND account = whose;
  ELSE
    UPDATE org_member SET role = its_role WHERE org = its_id AND account = whose;
  END IF;
  RETURN cut_off(whose, now);
END $$;

-- Removes an organisation; returns who is to be cut, or NULL if it is too late.
CREATE FUNCTION remove_org(its_id uuid, its_version int, now timestamptz)
RETURNS TABLE (id uuid, account uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF NOT change_org(its_id, its_version, NULL) THEN
    RETURN QUERY SELECT NULL::uuid, NULL::uuid;
    RETURN;
  END IF;
  RETURN QUERY SELECT cut_off(account, now), account FROM org_member WHERE org = its_id;
  DELETE FROM org WHERE id = its_id;
END $$;

-- Keeps an invite and the mail that tells it, in the place of the one before; false if its
-- inviter has gone.  The lock has an address be unsubscribed before, or after.
CREATE FUNCTION keep_org_invite(
  its_org uuid, its_id uuid, its_role text, inviter uuid, to_mail bytea,
  its_token bytea, its_sealed bytea, its_op bytea, now timestamptz, ends timestamptz,
  parcel_sealed bytea, parcel_until timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(to_mail, 'hex'), 9));
  PERFORM FROM org_member WHERE org = its_org AND account = inviter FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM parcel WHERE id IN (
    SELECT i.id FROM org_invite i WHERE i.org = its_org AND i.mail = to_mail);
  DELETE FROM org_invite WHERE org = its_org AND mail = to_mail;
  INSERT INTO org_invite (org, id, role, by, mail, token, sealed, op, made_at, expires_at)
  VALUES (its_org, its_id, its_role, inviter, to_mail, its_token, its_sealed, its_op,
          now, ends);
  INSERT INTO parcel (id, sealed, until)
  SELECT its_id, parcel_sealed, parcel_until
   WHERE NOT EXISTS (SELECT FROM unsubscribed WHERE mail = to_mail);
  RETURN true;
END $$;

-- Has somebody be a member by an invite, which goes; false if either is not so any more.
-- Many may come at once: who locks the organisation to share it waits for changes only.
CREATE FUNCTION come_by_org_invite(
  its_org uuid, its_version int, its_id uuid, whose uuid, now timestamptz
) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
  its_role text;
BEGIN
  PERFORM FROM org WHERE id = its_org AND version = its_version FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM org_invite WHERE org = its_org AND id = its_id AND expires_at > now
  RETURNING role INTO its_role;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO org_member (org, account, role, joined_at)
  VALUES (its_org, whose, its_role, now) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;
