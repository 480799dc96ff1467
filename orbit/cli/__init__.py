"""The command line: each command maps its flags on settings and calls one function.

Exit codes are those of sysexits.h, 78 for settings that must not run, 69 for a part of
the outside that does not answer; and 2 for words that are none.  It decides nothing.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from orbit.cli.words import commands
from orbit.preflight import CannotServe
from orbit.settings import BadSettings

EX_UNAVAILABLE = 69
EX_CONFIG = 78


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    given = vars(commands().parse_args(words))
    act = given.pop("act")
    try:
        code = act(**given)
    except BadSettings as error:
        for line in error.lines:
            print(f"orbit: {line}", file=sys.stderr)
        sys.exit(EX_CONFIG)
    except _unavailable() as error:
        _refuse(str(error))
    sys.exit(code or 0)


def _refuse(words: str) -> NoReturn:
    print(f"orbit: {words}", file=sys.stderr)
    sys.exit(EX_UNAVAILABLE)


def _unavailable() -> tuple[type[BaseException], ...]:
    """Return what is told in a sentence; whatever else is a bug, with its traceback."""
    import asyncpg

    from orbit.client import Refused
    from orbit.core.errors import OrbitError
    from orbit.store.embedded import CannotStart
    from orbit.store.postgres.migrate import SchemaMismatch

    ours = (CannotServe, CannotStart, SchemaMismatch, OrbitError, Refused)
    return (*ours, asyncpg.PostgresError, OSError)
