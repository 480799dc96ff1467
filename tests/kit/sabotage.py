"""Takes layers of the fence away in a test's database, to see that a check notices.

A test that cannot fail is not a test (guarantees.md, 6).  Each sabotage fails loudly
when there is nothing left to take away.  Never part of the installed package.
"""

from collections.abc import Mapping
from typing import Any

_EPOCH = " AND b.epoch = t.epoch"
_TOKEN = " AND b.token = t.token"
_HEAD = " AND b.seq = t.head"
_LOG = " AND b.log = (SELECT log_id FROM log_identity)"

LAYERS: Mapping[str, tuple[str, ...]] = {
    "no_epoch": (_EPOCH,),
    "no_token": (_TOKEN,),
    "no_head": (_HEAD,),
    "no_history": (_LOG,),
    "no_fence": (_EPOCH, _TOKEN, _HEAD),
}


async def sabotage(connection: Any, name: str) -> None:
    """Take away the layers that `name` stands for."""
    if name == "no_dedupe":
        await no_dedupe(connection)
        return
    source = await _source(connection, "append")
    for layer in LAYERS[name]:
        if layer not in source:
            raise AssertionError(f"append has no{layer}")
        source = source.replace(layer, "")
    await connection.execute(source)


async def no_dedupe(connection: Any) -> None:
    """Let an op be told twice."""
    await connection.execute(
        "ALTER TABLE journal DROP CONSTRAINT journal_board_who_op_ix_key"
    )


async def patient_claims(connection: Any) -> None:
    """Let a claim wait 10 s for a lock, so that a slow machine changes no outcome."""
    for function in ("claim(uuid, uuid, int, bool)", "release"):
        await connection.execute(f"ALTER FUNCTION {function} SET lock_timeout = '10s'")


async def _source(connection: Any, function: str) -> str:
    source = await connection.fetchval(
        "SELECT pg_get_functiondef($1::text::regproc)", function
    )
    return str(source)
