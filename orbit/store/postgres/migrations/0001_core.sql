-- Boards, their journals and their items; the nodes that may write them; ghosts.
--
-- Rules: no index on a column that append() changes (HOT updates; `wake_at` is the one
-- exception, written when a deadline moves); no NULL in a unique key; what is compared
-- is locked first.  Sources: guarantees.md, 2 and 3 (the traps are numbered there).

CREATE TABLE log_identity (
  one bool PRIMARY KEY DEFAULT true CHECK (one),
  log_id uuid NOT NULL,
  timeline text NOT NULL,
  system bigint NOT NULL
);

CREATE TABLE node (
  inc uuid PRIMARY KEY,                 -- one start of one process
  name text NOT NULL,
  lock_key text NOT NULL,               -- whoever holds its lock file buries the others
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'up',
  proto int NOT NULL,
  deaf_since timestamptz,
  lapses int NOT NULL DEFAULT 0,        -- how often it came back after its lease had ended
  expires_at timestamptz NOT NULL
);

CREATE TABLE board (
  org uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',   -- "no org"
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  parent uuid,
  salt bytea NOT NULL,                  -- of its author keys
  epoch bigint NOT NULL DEFAULT 0,
  token uuid,                           -- an epoch can be given out twice, a token never
  owner uuid,                           -- a node's inc
  heir uuid,
  heir_until timestamptz,
  min_proto int NOT NULL DEFAULT 1,     -- who speaks less could not fold the journal
  seq bigint NOT NULL DEFAULT 0,        -- the head
  floor bigint NOT NULL DEFAULT 0,      -- the highest seq that retention has removed
  wake_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (org, id)
) WITH (fillfactor = 50);
CREATE INDEX board_due ON board (wake_at) WHERE wake_at IS NOT NULL;

-- Beside the board, for a state of a few KB would be copied with each append.
CREATE TABLE snapshot (
  board uuid PRIMARY KEY REFERENCES board ON DELETE CASCADE,
  seq bigint NOT NULL,
  version int NOT NULL,
  state bytea NOT NULL
);

-- `org` in journal and item is copied from the board by append() itself, so that it
-- cannot differ; a foreign key would cost a lookup per row to say the same.
CREATE TABLE journal (
  org uuid NOT NULL,
  board uuid NOT NULL,
  seq bigint NOT NULL,
  who text COLLATE "C" NOT NULL,
  op bytea NOT NULL,                    -- 16 bytes of a hash of the client's id
  ix smallint NOT NULL,
  digest bytea NOT NULL,
  type text NOT NULL,
  v smallint NOT NULL,
  data jsonb NOT NULL,
  changes json NOT NULL,                -- as it was told: byte for byte, never searched
  at timestamptz NOT NULL,
  PRIMARY KEY (board, seq),
  UNIQUE (board, who, op, ix)
);

CREATE TABLE item (
  org uuid NOT NULL,
  board uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,         -- pages are in the order of the bytes
  data jsonb NOT NULL,
  audience text[],                      -- NULL is everyone, {} is nobody
  seq bigint NOT NULL,
  PRIMARY KEY (board, type, id)
) WITH (fillfactor = 50);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org uuid NOT NULL,
  board uuid NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz,
  last_error text,
  dead_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE dead_at IS NULL;

CREATE TABLE ghost (
  key bytea PRIMARY KEY,                -- a keyed hash of the secret
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ghost_expiry ON ghost (expires_at);

CREATE TABLE ghost_box (
  label bytea PRIMARY KEY,              -- another one; the two cannot be told to match
  version int NOT NULL,
  sealed bytea NOT NULL
);

-- The id of this history of the database.  Another timeline or system than the stored
-- one is a failover or a restore: a new history.  With a synchronous standby
-- (`sync`) nothing was lost, so a new timeline alone is the same history.
CREATE FUNCTION same_log(sync bool DEFAULT false) RETURNS uuid LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  now_timeline text := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  now_system bigint := (SELECT system_identifier FROM pg_control_system());
BEGIN
  UPDATE log_identity
     SET log_id = CASE WHEN sync AND system = now_system THEN log_id
                       ELSE gen_random_uuid() END,
         timeline = now_timeline, system = now_system
   WHERE (timeline, system) IS DISTINCT FROM (now_timeline, now_system);
  RETURN (SELECT log_id FROM log_identity);
END $$;

INSERT INTO log_identity (log_id, timeline, system)
SELECT gen_random_uuid(), left(pg_walfile_name(pg_current_wal_lsn()), 8), system_identifier
  FROM pg_control_system();

-- Renews a node's lease for 6 s and returns its lapses; NULL if the row is gone.
CREATE FUNCTION beat(me uuid) RETURNS int LANGUAGE sql AS $$
  UPDATE node
     SET lapses = lapses + (expires_at < clock_timestamp())::int,
         expires_at = clock_timestamp() + interval '6 s'
   WHERE inc = me
  RETURNING lapses
$$;

-- One row; the claim's values when `result` is 'done', else why not.  It waits 250 ms for
-- an append in flight (55P03 after that), so that afterwards no older one can commit.
-- The load is a SECOND statement: this one's snapshot is older than the lock (trap 1).
CREATE FUNCTION claim(b uuid, me uuid, my_proto int, sync bool DEFAULT false)
RETURNS TABLE (
  result text, kind text, epoch bigint, token uuid, seq bigint, floor bigint, log_id uuid
) LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
#variable_conflict use_column
DECLARE
  held board%ROWTYPE;
  lease timestamptz;
  log uuid := same_log(sync);
BEGIN
  SELECT * INTO held FROM board WHERE id = b;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'missing', '', 0::bigint, me, 0::bigint, 0::bigint, log;
    RETURN;
  END IF;
  IF held.owner <> me THEN
    -- Lock first, compare second: a beat that comes at the same time waits, or is seen.
    SELECT expires_at INTO lease FROM node WHERE inc = held.owner FOR SHARE;
    IF lease >= clock_timestamp() THEN
      RETURN QUERY SELECT 'alive', '', 0::bigint, me, 0::bigint, 0::bigint, log;
      RETURN;
    END IF;
  ELSIF held.owner IS NULL AND held.heir <> me AND held.heir_until > clock_timestamp() THEN
    RETURN QUERY SELECT 'promised', '', 0::bigint, me, 0::bigint, 0::bigint, log;
    RETURN;
  END IF;
  RETURN QUERY
    UPDATE board
       SET epoch = epoch + 1, token = gen_random_uuid(), owner = me, heir = NULL,
           heir_until = NULL
     WHERE id = b AND owner IS NOT DISTINCT FROM held.owner AND min_proto <= my_proto
    RETURNING 'done', kind, epoch, token, seq, floor, log;
  IF NOT FOUND THEN
    RETURN QUERY SELECT CASE WHEN held.min_proto > my_proto THEN 'newer' ELSE 'raced' END,
                        '', 0::bigint, me, 0::bigint, 0::bigint, log;
  END IF;
END $$;

-- Lets a board go, for anybody or for an heir who has 2 s to take it.  The token goes
-- with it: an append that was still under way is fenced.
CREATE FUNCTION release(b uuid, my_epoch bigint, my_token uuid, to_heir uuid)
RETURNS bool LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
BEGIN
  UPDATE board
     SET owner = NULL, token = NULL, heir = to_heir,
         heir_until = clock_timestamp() + interval '2 s'
   WHERE id = b AND epoch = my_epoch AND token = my_token;
  RETURN FOUND;
END $$;

-- Appends what many boards want written: per board all or nothing, and per board 'done',
-- 'fenced' (the claim or the head is no longer the newest) or 'busy' (another
-- transaction holds the row), in the order of `turns`, whose boards are distinct.
-- Rows and items say by `turn` (from 1) to which of them they belong; an item without
-- data is dropped; its audience is the text of an array.
--
-- VOLATILE statements, not one CTE: each sees what was committed before the lock was
-- had (trap 3).  Rows are locked in the order of their ids, so that two writers cannot
-- lock each other out, and skipped where somebody else holds them (trap 7).  A
-- duplicate op raises 23505 and rolls everything back: no seq is burned (trap 4).
CREATE TYPE append_turn AS (
  board uuid, epoch bigint, token uuid, head bigint, n int, wake timestamptz
);
CREATE TYPE append_row AS (
  turn int, seq bigint, who text, op bytea, ix smallint, digest bytea, type text,
  v smallint, data jsonb, changes json, at text
);
CREATE TYPE append_item AS (
  turn int, seq bigint, type text, id text, data jsonb, audience text
);
CREATE FUNCTION append(
  my_proto int, turns append_turn[], rows append_row[], items append_item[]
) RETURNS text[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  boards uuid[] := ARRAY(SELECT board FROM unnest(turns));
  orgs uuid[] := boards;                -- a place for each; read where is_done alone
  is_done bool[] := array_fill(false, ARRAY[cardinality(turns)]);
  free uuid[];
  hit record;
BEGIN
  free := ARRAY(
    SELECT id FROM board WHERE id = ANY (boards)
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED);

  FOR hit IN
    UPDATE board b
       SET seq = b.seq + t.n, wake_at = t.wake,
           min_proto = greatest(b.min_proto, my_proto)
      FROM unnest(turns) WITH ORDINALITY
           AS t (board, epoch, token, head, n, wake, at)
     WHERE b.id = t.board AND b.id = ANY (free)
       AND b.epoch = t.epoch AND b.token = t.token AND b.seq = t.head
    RETURNING t.at, b.org
  LOOP
    is_done[hit.at] := true;
    orgs[hit.at] := hit.org;
  END LOOP;

  INSERT INTO journal (org, board, seq, who, op, ix, digest, type, v, data, changes, at)
  SELECT orgs[r.turn], boards[r.turn], r.seq, r.who, r.op, r.ix, r.digest, r.type, r.v,
         r.data, r.changes, r.at::timestamptz
    FROM unnest(rows) AS r
   WHERE is_done[r.turn];

  DELETE FROM item
   USING unnest(items) AS i
   WHERE item.board = boards[i.turn] AND item.type = i.type AND item.id = i.id
     AND i.data IS NULL AND is_done[i.turn];

  INSERT INTO item (org, board, type, id, data, audience, seq)
  SELECT orgs[i.turn], boards[i.turn], i.type, i.id, i.data, i.audience::text[],
         i.seq
    FROM unnest(items) AS i
   WHERE i.data IS NOT NULL AND is_done[i.turn]
  ON CONFLICT (board, type, id) DO UPDATE
     SET data = excluded.data, audience = excluded.audience, seq = excluded.seq;

  RETURN ARRAY(
    SELECT CASE WHEN is_done[t.at] THEN 'done'
                WHEN t.board = ANY (free) THEN 'fenced'
                WHEN EXISTS (SELECT FROM board WHERE id = t.board) THEN 'busy'
                ELSE 'fenced' END
      FROM unnest(boards) WITH ORDINALITY AS t (board, at));
END $$;
