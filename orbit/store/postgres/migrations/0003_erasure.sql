-- Erasure: what somebody wrote is taken out of the journal, and out of what is kept
-- beside the tables.  A ghost that is leaving is known only to what erases it.
ALTER TABLE ghost ADD COLUMN leaving bool NOT NULL DEFAULT false;

-- Replaces rows of one board's journal, of which only seqs, ops and times stay, and drops
-- the mails about them; false if the claim is not the newest.  It waits 250 ms for an
-- append in flight (55P03 after that).  The lock holds for the rest of the transaction,
-- so that several calls, and the snapshot after them, are one.
CREATE FUNCTION redact(b uuid, my_epoch bigint, my_token uuid, rows append_row[])
RETURNS bool LANGUAGE plpgsql SET lock_timeout = '250ms' AS $$
BEGIN
  PERFORM FROM board WHERE id = b AND epoch = my_epoch AND token = my_token
      FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE journal j
     SET who = r.who, digest = r.digest, type = r.type, v = r.v, data = r.data,
         changes = r.changes
    FROM unnest(rows) AS r
   WHERE j.board = b AND j.seq = r.seq;
  DELETE FROM outbox o USING unnest(rows) AS r WHERE o.board = b AND o.seq = r.seq;
  RETURN true;
END $$;

-- ANALYZE keeps samples of what columns hold, in a catalog that no erasure reaches.  So
-- it takes none of what people write, nor of who wrote it.  What it has taken before goes
-- with the change of a type to itself; an index of `who` is not made anew for it.
ALTER TABLE journal
  ALTER COLUMN who TYPE text COLLATE "C", ALTER COLUMN who SET STATISTICS 0,
  ALTER COLUMN digest TYPE bytea, ALTER COLUMN digest SET STATISTICS 0,
  ALTER COLUMN data TYPE jsonb, ALTER COLUMN data SET STATISTICS 0,
  ALTER COLUMN changes TYPE json, ALTER COLUMN changes SET STATISTICS 0;
ALTER TABLE item
  ALTER COLUMN data TYPE jsonb, ALTER COLUMN data SET STATISTICS 0,
  ALTER COLUMN audience TYPE text[], ALTER COLUMN audience SET STATISTICS 0;
ALTER TABLE snapshot
  ALTER COLUMN state TYPE bytea, ALTER COLUMN state SET STATISTICS 0;
ALTER TABLE outbox
  ALTER COLUMN payload TYPE jsonb, ALTER COLUMN payload SET STATISTICS 0,
  ALTER COLUMN last_error TYPE text, ALTER COLUMN last_error SET STATISTICS 0;
ALTER TABLE ghost_box
  ALTER COLUMN sealed TYPE bytea, ALTER COLUMN sealed SET STATISTICS 0;
