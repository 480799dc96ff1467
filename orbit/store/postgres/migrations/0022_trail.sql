-- The trail: what was done that security rests on.  Rows are appended, each with a hash
-- that covers the row before; nothing changes them.  Source: ADR-0033.

-- By which id the trail knows an account.  It goes with the account, and then nobody can
-- tell any more whose the rows are.
CREATE TABLE trail_name (
  account uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  alias uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()
);

CREATE TABLE trail (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  act text NOT NULL,
  actor uuid,                           -- aliases
  subject uuid,
  path text NOT NULL,
  ip text NOT NULL,                     -- masked
  about json NOT NULL,                  -- as it was told, to the byte
  hash bytea NOT NULL
);
CREATE INDEX trail_actor ON trail (actor, seq) WHERE actor IS NOT NULL;
CREATE INDEX trail_subject ON trail (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX trail_act ON trail (act, seq);
CREATE INDEX trail_at ON trail (at);

-- Where the chain ends, and where it begins: after the last row that was purged.
CREATE TABLE trail_end (
  one bool PRIMARY KEY DEFAULT true CHECK (one),
  seq bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL DEFAULT '',
  floor bigint NOT NULL DEFAULT 0,
  floor_hash bytea NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
INSERT INTO trail_end DEFAULT VALUES;

-- ANALYZE keeps samples of what columns hold, where no erasure reaches.
ALTER TABLE trail_name
  ALTER COLUMN account SET STATISTICS 0, ALTER COLUMN alias SET STATISTICS 0;
ALTER TABLE trail ALTER COLUMN ip SET STATISTICS 0, ALTER COLUMN about SET STATISTICS 0;

-- Against mistakes; whoever owns the table can take it away, and the hashes tell of him.
CREATE FUNCTION keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' OR current_setting('orbit.purge', true) IS DISTINCT FROM 'on' THEN
    RAISE insufficient_privilege USING MESSAGE = 'the trail is only ever appended to';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON trail
  EXECUTE FUNCTION keep_trail();

CREATE TYPE trail_row AS (
  id uuid, at timestamptz, act text, actor uuid, subject uuid, path text, ip text,
  about text
);

-- Appends rows in order, but for those that are there.  The lock on the chain's end has
-- whoever else appends wait until this is committed: so there is one chain.
CREATE FUNCTION append_trail(rows trail_row[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
  its_seq bigint;
  its_hash bytea;
BEGIN
  INSERT INTO trail_name (account)
  SELECT a.id FROM account a
   WHERE a.id IN (SELECT unnest(ARRAY[actor, subject]) FROM unnest(rows))
  ON CONFLICT DO NOTHING;
  SELECT seq, hash INTO its_seq, its_hash FROM trail_end FOR NO KEY UPDATE;
  FOR r IN
    SELECT t.id, t.at, t.act, a.alias AS actor, s.alias AS subject, t.path, t.ip, t.about
      FROM unnest(rows) WITH ORDINALITY
           AS t (id, at, act, actor, subject, path, ip, about, n)
      LEFT JOIN trail_name a ON a.account = t.actor
      LEFT JOIN trail_name s ON s.account = t.subject
     WHERE NOT EXISTS (SELECT FROM trail WHERE id = t.id)
     ORDER BY n
  LOOP
    its_seq := its_seq + 1;
    its_hash := sha256(its_hash || convert_to(concat_ws(E'\n',
      its_seq, (extract(epoch FROM r.at) * 1000000)::bigint, r.id, r.act,
      coalesce(r.actor::text, ''), coalesce(r.subject::text, ''), r.path, r.ip, r.about
    ), 'UTF8'));
    INSERT INTO trail (seq, id, at, act, actor, subject, path, ip, about, hash)
    VALUES (its_seq, r.id, r.at, r.act, r.actor, r.subject, r.path, r.ip,
            r.about::json, its_hash);
  END LOOP;
  UPDATE trail_end SET seq = its_seq, hash = its_hash;
END $$;

-- Removes the oldest rows up to the last one of so many that is from before; what comes
-- after them still follows from the hash that is kept.
CREATE FUNCTION purge_trail(before timestamptz, most int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  last record;
  gone bigint;
BEGIN
  PERFORM FROM trail_end FOR NO KEY UPDATE;
  SELECT seq, hash INTO last
    FROM (SELECT seq, hash, at FROM trail ORDER BY seq LIMIT most) AS oldest
   WHERE at < before ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  PERFORM set_config('orbit.purge', 'on', true);
  DELETE FROM trail WHERE seq <= last.seq;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('orbit.purge', '', true);
  UPDATE trail_end SET floor = last.seq, floor_hash = last.hash;
  RETURN gone;
END $$;
