"""The command line: each command maps its flags on settings and calls one function.

Exit codes are those of sysexits.h: 78 for settings that must not run, 69 for a part of
the outside that does not answer.  It must never decide anything.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

from cyclopts import App, Parameter

from orbit import __version__
from orbit.preflight import CannotServe, check, with_secrets
from orbit.settings import BadSettings, Settings, load, variable_of
from orbit.store.embedded.account import make_folder

EX_UNAVAILABLE = 69
EX_CONFIG = 78

app = App(
    name="orbit",
    help="A realtime server: every live thing is a board with one ordered journal.",
    version=__version__,
)
board = App(name="board", help="Look at boards.")
app.command(board)


def _flag(field: str) -> Parameter:
    """Describe a flag by its setting, and name the variable that does the same."""
    described = Settings.model_fields[field].description
    return Parameter(help=f"{described} [{variable_of(field)}]")


Data = Annotated[Path | None, _flag("data")]
Url = Annotated[str, Parameter(help="the running server")]
DatabaseUrl = Annotated[str | None, _flag("database_url")]


@app.command
def serve(
    *,
    host: Annotated[str | None, _flag("host")] = None,
    port: Annotated[str | None, _flag("port")] = None,
    public_url: Annotated[str | None, _flag("public_url")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    redis_url: Annotated[str | None, _flag("redis_url")] = None,
    env: Annotated[str | None, _flag("env")] = None,
    log_level: Annotated[str | None, _flag("log_level")] = None,
    cors_origins: Annotated[str | None, _flag("cors_origins")] = None,
    trusted_proxies: Annotated[str | None, _flag("trusted_proxies")] = None,
    lean_sockets: Annotated[bool | None, _flag("lean_sockets")] = None,
    pg_bin: Annotated[Path | None, _flag("pg_bin")] = None,
) -> None:
    """Run a node until it is told to stop.

    Secrets are taken from the environment alone, where a list of processes does not
    show them: ORBIT_PEPPER, ORBIT_SECRET_KEY, ORBIT_CLUSTER_SECRET.
    """
    settings = _sound(**locals())
    gc.disable()  # a start makes much and drops little; the node enables it again
    make_folder(settings.data)
    is_new = not (settings.is_production or settings.secrets_file.exists())
    settings = with_secrets(settings)
    if is_new and settings.secrets_file.exists():
        print(f"made secrets for development: {settings.secrets_file}", flush=True)
    from orbit.node import run

    run(settings, partial(print, flush=True))


@app.command
def doctor(
    *,
    host: Annotated[str | None, _flag("host")] = None,
    port: Annotated[str | None, _flag("port")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> int:
    """Say whether this machine can run Orbit, and what to do if not."""
    from rich.console import Console

    from orbit.doctor import Verdict, examine

    colours = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}
    console = Console(highlight=False, soft_wrap=True)
    verdicts = set()
    for found in examine(_loaded(**locals())):
        verdicts.add(found.verdict)
        console.print(
            f"{found.verdict:8}", style=colours[found.verdict], end="", markup=False
        )
        console.print(f"{found.name:12}{found.words}", markup=False)
    return 1 if Verdict.FAULT in verdicts else 0


@app.command
def migrate(*, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Bring the database's schema up to date; `serve` does it, too."""
    from orbit.database import running
    from orbit.store.postgres.migrate import migrate_at

    with running(_sound(data=data, database_url=database_url)) as dsn:
        applied = asyncio.run(migrate_at(dsn))
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("up to date")


@board.command(name="list")
def board_list(*, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """List all boards: id and title."""
    from orbit import admin

    async def tell(dsn: str) -> None:
        async with admin.journal(dsn) as journal:
            async for id, card in admin.cards(journal):
                print(id, card.get("title", ""), sep="\t")

    _with_database(tell, data=data, database_url=database_url)


@board.command(name="show")
def board_show(id: str, *, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Show a board's journal: seq, time and type of each event; nobody's words."""
    from orbit import admin

    async def tell(dsn: str) -> None:
        async with admin.journal(dsn) as journal:
            async for entry in admin.history(journal, admin.board_id(id)):
                print(entry.seq, entry.at, entry.type, sep="\t")

    _with_database(tell, data=data, database_url=database_url)


@board.command(name="verify")
def board_verify(
    id: str | None = None, *, data: Data = None, database_url: DatabaseUrl = None
) -> int:
    """Compare journal and index, of one board or of all; exit 1 if they differ."""
    from orbit import admin

    async def tell(dsn: str) -> int:
        faults = 0
        async with admin.journal(dsn) as journal:
            async for one in admin.chosen(journal, id):
                for fault in await admin.verify(journal, one):
                    print(one, fault, sep="\t")
                    faults += 1
        print("they differ" if faults else "journal and index agree")
        return faults

    faults = _with_database(tell, data=data, database_url=database_url)
    return 1 if faults else 0


@board.command(name="evict")
def board_evict(id: str, *, data: Data = None) -> None:
    """Let the node that runs here forget a board's actor; the next visitor wakes it."""
    from orbit.control import evict

    was_awake = evict(_loaded(data=data), id)
    print("it will be woken anew" if was_awake else "it was not awake")


@app.command
def purge(*, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Remove what is past its time."""
    from orbit import control

    purged = control.purge(_sound(data=data, database_url=database_url))
    print(f"removed {purged.boards} boards and {purged.ghosts} ghosts")


@app.command
def demo(
    *,
    url: Url = "http://127.0.0.1:8080",
    once: Annotated[bool, Parameter(help="leave as soon as it is filled")] = False,
    seconds: Annotated[float, Parameter(help="for how long people stay")] = 300.0,
) -> None:
    """Fill a running server with a board on which something happens."""
    from orbit.demo import run

    run(url, once=once, seconds=seconds, say=partial(print, flush=True))


@app.command(name="load")
def load_(
    *,
    url: Url = "http://127.0.0.1:8080",
    sockets: Annotated[int, Parameter(help="how many follow")] = 100,
    writers: Annotated[int, Parameter(help="how many write; each a new ghost")] = 10,
    boards: Annotated[int, Parameter(help="on how many boards")] = 1,
    seconds: Annotated[float, Parameter(help="for how long")] = 10.0,
    rate: Annotated[float, Parameter(help="commands per second and writer")] = 15.0,
) -> int:
    """Put a running server under load, and say what it bore; 1 if it lost a word."""
    from orbit.load import Wish, run

    wish = Wish(sockets, writers, boards, seconds, rate)
    return 0 if run(url, wish) else 1


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    try:
        code = app(arguments, result_action="return_value")
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


def _loaded(**flags: Any) -> Settings:
    given = {
        name: value
        for name, value in flags.items()
        if name in Settings.model_fields and value is not None
    }
    return load(given)


def _sound(**flags: Any) -> Settings:
    """Load settings, and refuse those that must not run."""
    settings = _loaded(**flags)
    if faults := check(settings):
        raise BadSettings(faults)
    return settings


def _with_database(work: Callable[[str], Any], **flags: Any) -> Any:
    from orbit.database import running

    with running(_loaded(**flags)) as dsn:
        return asyncio.run(work(dsn))
