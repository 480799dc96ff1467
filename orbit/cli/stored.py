"""What is stored, looked at and looked after, whether nodes run or not."""

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from orbit.cli.flags import sound, with_database

if TYPE_CHECKING:
    from orbit.core.services.chain import Mark


def migrate(**flags: Any) -> None:
    """Bring the database's schema up to date; `serve` does it, too."""
    from orbit.database import running
    from orbit.store.postgres.migrate import migrate_at

    with running(sound(**flags)) as dsn:
        applied = asyncio.run(migrate_at(dsn))
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("up to date")


def board_list(**flags: Any) -> None:
    """List all boards: id and title."""
    from orbit.admin import boards

    async def tell(dsn: str) -> None:
        async with boards.journal(dsn) as journal:
            async for id, card in boards.cards(journal):
                print(id, card.get("title", ""), sep="\t")

    with_database(tell, **flags)


def board_show(id: str, **flags: Any) -> None:
    """Show a board's journal: seq, time and type of each event; nobody's words."""
    from orbit.admin import boards

    async def tell(dsn: str) -> None:
        async with boards.journal(dsn) as journal:
            async for entry in boards.history(journal, boards.board_id(id)):
                print(entry.seq, entry.at, entry.type, sep="\t")

    with_database(tell, **flags)


def journal_verify(id: str | None, **flags: Any) -> int:
    """Compare journal, row, snapshot and index, of one board or of all.

    Says a line for each finding: board, sort, seq, and what is wrong; then exits with
    1.  Nodes may run meanwhile; what passes by itself is not told.
    """
    from orbit.admin.verifying import verify

    findings = with_database(partial(verify, id=id), **flags)
    return 1 if findings else 0


def audit_verify(noted: "Mark | None", **flags: Any) -> int:
    """Follow the audit trail from its first row to its last.

    Each row's hash covers the row before.  Says a line for each that is not what was
    written, or is not there, the first one first; then exits with 1.  It ends with what
    the last row is: noted elsewhere and given as --noted the next time, it tells of
    who has written the whole trail anew.
    """
    from orbit.admin.auditing import verify

    return 1 if with_database(partial(verify, noted=noted), **flags) else 0


def mark(text: str) -> "Mark":
    from orbit.core.services.chain import Mark

    return Mark.of(text)


def account_role(email: str, role: str, **flags: Any) -> int:
    """Give an account a role: with `dev` it has the console, with `user` it has not.

    All its sign-ins end, and it is told.  The console asks for a second factor, too.
    """
    from orbit import control

    if not control.give_role(sound(**flags), email, role):
        print(f"no account has the address {email}", file=sys.stderr)
        return 1
    print(f"{email} is {role}")
    return 0


def log_rotate(**flags: Any) -> None:
    """Begin another history, after the database was restored from a backup.

    Nodes notice within 2 s: clients begin anew, and tell again what they were
    acknowledged in the last minute.  A failover does so by itself.
    """
    from orbit import control

    print(f"another history has begun: {control.rotate_log(sound(**flags))}")


def purge(**flags: Any) -> None:
    """Remove what is past its time."""
    from orbit import control

    purged = control.purge(sound(**flags))
    print(f"removed {purged.boards} boards and {purged.ghosts} ghosts")
