-- As it did, but the chain's end is locked first: whoever names accounts in another order
-- at once waits there, and not for a name that another one holds.  An account that has no
-- name yet is locked, too: it is there until this is committed, or it is left out.
CREATE OR REPLACE FUNCTION append_trail(rows trail_row[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  r record;
  its_seq bigint;
  its_hash bytea;
BEGIN
  SELECT seq, hash INTO its_seq, its_hash FROM trail_end FOR NO KEY UPDATE;
  INSERT INTO trail_name (account)
  SELECT a.id FROM account a
   WHERE a.id IN (SELECT unnest(ARRAY[actor, subject]) FROM unnest(rows))
     AND NOT EXISTS (SELECT FROM trail_name WHERE account = a.id)
   ORDER BY a.id FOR KEY SHARE
  ON CONFLICT DO NOTHING;
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
