"""What the database itself saw: who claimed which board from whom, and who was fenced.

A zombie writes with the epoch and the head of its board, and another token.

Written by a trigger and by a wrapper around `append`, in the harness's own database
alone.
"""

import time
from collections.abc import Sequence

from msgspec import Struct

from tests.harness.cluster.outside import Outside

INSTALL = """
CREATE SCHEMA harness;
CREATE TABLE harness.claimed (
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  board uuid NOT NULL, epoch bigint NOT NULL, owner uuid NOT NULL, held uuid
);
CREATE TABLE harness.fenced (
  at timestamptz NOT NULL DEFAULT clock_timestamp(), board uuid NOT NULL
);
CREATE TABLE harness.zombie (
  at timestamptz NOT NULL DEFAULT clock_timestamp(), board uuid NOT NULL,
  said text NOT NULL
);
CREATE FUNCTION harness.claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO harness.claimed (board, epoch, owner, held)
  VALUES (NEW.id, NEW.epoch, NEW.owner, OLD.owner);
  RETURN NULL;
END $$;
CREATE TRIGGER claimed AFTER UPDATE OF epoch ON board
  FOR EACH ROW EXECUTE FUNCTION harness.claimed();
ALTER FUNCTION append(int, append_turn[], append_row[], append_item[])
  RENAME TO append_itself;
CREATE FUNCTION append(
  my_proto int, turns append_turn[], rows append_row[], items append_item[]
) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  zombies int[] := ARRAY(
    SELECT n FROM generate_subscripts(turns, 1) AS n
      JOIN board b ON b.id = (turns[n]).board AND b.epoch = (turns[n]).epoch
       AND b.seq = (turns[n]).head AND b.token <> (turns[n]).token);
  said text[] := append_itself(my_proto, turns, rows, items);
BEGIN
  IF cardinality(zombies) > 0 THEN
    INSERT INTO harness.zombie (board, said)
    SELECT (turns[n]).board, said[n] FROM unnest(zombies) AS n;
  END IF;
  IF 'fenced' = ANY (said) THEN
    INSERT INTO harness.fenced (board)
    SELECT (turns[n]).board FROM generate_subscripts(said, 1) AS n
     WHERE said[n] = 'fenced';
  END IF;
  RETURN said;
END $$;
"""
CLAIMS = """
SELECT extract(epoch FROM at)::float8 AS at, board::text, owner::text, held::text
  FROM harness.claimed ORDER BY at"""
FENCED = "SELECT extract(epoch FROM at)::float8 AS at FROM harness.fenced ORDER BY at"

ZOMBIES = """
SELECT extract(epoch FROM at)::float8 AS at, board::text, said
  FROM harness.zombie ORDER BY at"""


class Claim(Struct, frozen=True):
    """A board became somebody's; `held` is who had it until then, if anybody."""

    at: float
    board: str
    owner: str
    held: str | None

    @property
    def is_takeover(self) -> bool:
        """Whether it was taken, and not given."""
        return self.held is not None and self.held != self.owner


class Zombie(Struct, frozen=True):
    """Somebody appended whom his token alone gives away; `said` is what came of it."""

    at: float
    board: str
    said: str


class Seen(Struct, frozen=True):
    """All that was seen; times are those of the clients' clock."""

    claims: Sequence[Claim]
    fenced: Sequence[float]
    zombies: Sequence[Zombie] = ()

    def takeovers(self, since: float = 0.0, held: str | None = None) -> list[Claim]:
        """Return boards that were taken since then, from one or from anybody."""
        return [
            claim
            for claim in self.claims
            if claim.is_takeover
            and claim.at >= since
            and (held is None or claim.held == held)
        ]


async def install(outside: Outside) -> None:
    """Begin to look; the schema is there."""
    connection = await outside.connect()
    try:
        await connection.execute(INSTALL)
    finally:
        await connection.close()


async def seen(outside: Outside) -> Seen:
    """Return what was seen until now."""
    shift = time.time() - time.monotonic()
    claims = [
        Claim(row["at"] - shift, row["board"], row["owner"], row["held"])
        for row in await outside.sql(CLAIMS)
    ]
    fenced = [row["at"] - shift for row in await outside.sql(FENCED)]
    zombies = [
        Zombie(row["at"] - shift, row["board"], row["said"])
        for row in await outside.sql(ZOMBIES)
    ]
    return Seen(claims, fenced, zombies)
