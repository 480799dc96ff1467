-- A claim is of one history of the database, and void in another: where a failover has
-- lost nothing of a board its epoch, token and head are those of both, and who follows it
-- at a node that is left with the old server would be told what that one never had.
--
-- What is claimed now counts as claimed in this history.  A constant default is no write
-- of each row, and new boards have none.
DO $$ BEGIN
  EXECUTE format('ALTER TABLE board ADD COLUMN log uuid DEFAULT %L',
                 (SELECT log_id FROM log_identity));
END $$;
ALTER TABLE board ALTER COLUMN log DROP DEFAULT;

-- As it did, and the claim is of this history.
CREATE OR REPLACE FUNCTION claim(b uuid, me uuid, my_proto int, sync bool DEFAULT false)
RETURNS TABLE (
  result text, kind text, epoch bigint, token uuid, seq bigint, floor bigint, log_id uuid
) LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
#variable_conflict use_column
DECLARE
  held board%ROWTYPE;
  lease timestamptz;
  this_log uuid := same_log(sync);
BEGIN
  SELECT * INTO held FROM board WHERE id = b;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'missing', '', 0::bigint, me, 0::bigint, 0::bigint, this_log;
    RETURN;
  END IF;
  IF held.owner <> me THEN
    -- Lock first, compare second: a beat that comes at the same time waits, or is seen.
    SELECT expires_at INTO lease FROM node WHERE inc = held.owner FOR SHARE;
    IF lease >= clock_timestamp() THEN
      RETURN QUERY SELECT 'alive', '', 0::bigint, me, 0::bigint, 0::bigint, this_log;
      RETURN;
    END IF;
  ELSIF held.owner IS NULL AND held.heir <> me AND held.heir_until > clock_timestamp() THEN
    RETURN QUERY SELECT 'promised', '', 0::bigint, me, 0::bigint, 0::bigint, this_log;
    RETURN;
  END IF;
  RETURN QUERY
    UPDATE board
       SET epoch = epoch + 1, token = gen_random_uuid(), log = this_log, owner = me,
           heir = NULL, heir_until = NULL
     WHERE id = b AND owner IS NOT DISTINCT FROM held.owner AND min_proto <= my_proto
    RETURNING 'done', kind, epoch, token, seq, floor, this_log;
  IF NOT FOUND THEN
    RETURN QUERY SELECT CASE WHEN held.min_proto > my_proto THEN 'newer' ELSE 'raced' END,
                        '', 0::bigint, me, 0::bigint, 0::bigint, this_log;
  END IF;
END $$;

-- As it did, and 'fenced' is also what was claimed in another history.
CREATE OR REPLACE FUNCTION append(
  my_proto int, turns append_turn[], rows append_row[], items append_item[]
) RETURNS text[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
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
       AND b.log = (SELECT log_id FROM log_identity)
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

  IF EXISTS (SELECT FROM unnest(items) AS i WHERE i.data IS NULL) THEN
    DELETE FROM item
     USING unnest(items) AS i
     WHERE item.board = boards[i.turn] AND item.type = i.type AND item.id = i.id
       AND i.data IS NULL AND is_done[i.turn];
  END IF;

  INSERT INTO item (org, board, type, id, data, audience, seq)
  SELECT orgs[i.turn], boards[i.turn], i.type, i.id, i.data, i.audience::text[],
         i.seq
    FROM unnest(items) AS i
   WHERE i.data IS NOT NULL AND is_done[i.turn]
  ON CONFLICT (board, type, id) DO UPDATE
     SET data = excluded.data, audience = excluded.audience, seq = excluded.seq;

  IF true = ALL (is_done) THEN
    RETURN array_fill('done'::text, ARRAY[cardinality(turns)]);
  END IF;
  RETURN ARRAY(
    SELECT CASE WHEN is_done[t.at] THEN 'done'
                WHEN t.board = ANY (free) THEN 'fenced'
                WHEN EXISTS (SELECT FROM board WHERE id = t.board) THEN 'busy'
                ELSE 'fenced' END
      FROM unnest(boards) WITH ORDINALITY AS t (board, at));
END $$;
