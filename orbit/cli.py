"""The command line: each command maps its flags on settings and calls one function.

Exit codes are those of sysexits.h, 78 for settings that must not run, 69 for a part of
the outside that does not answer; and 2 for words that are none.  It decides nothing.
"""

import asyncio
import gc
import sys
from argparse import (
    ArgumentParser,
    BooleanOptionalAction,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import getdoc
from typing import TYPE_CHECKING, Any, NoReturn

from orbit import __version__
from orbit.environment import load
from orbit.preflight import CannotServe, check, with_secrets
from orbit.settings import BadSettings, Settings, variable_of
from orbit.store.embedded.account import make_folder

if TYPE_CHECKING:
    from orbit.admin.operating import Asking
    from orbit.core.services.chain import Mark

EX_UNAVAILABLE = 69
EX_CONFIG = 78

ABOUT = "A realtime server: every live thing is a board with one ordered journal."
JOURNAL = "Look after what boards are made of."
CONN = "Look at connections."
ACCOUNT = "Look after accounts."
AUDIT = "Look after the trail of what security rests on."
LOG = "Tell which history of the database this is."
SAID = {
    "secrets.json": "secrets for development",
    "operator.key": "the operator's key",
}
ROLES = ("user", "dev")
RANKS = ("commands", "deliveries", "watchers", "acks")
DATABASE = ("data", "database_url")
NODE = (
    "host",
    "port",
    "public_url",
    *DATABASE,
    "failover",
    "redis_url",
    "env",
    "log_level",
    "cors_origins",
    "trusted_proxies",
    "lean_sockets",
    "workers",
    "pg_bin",
)
URL = "http://127.0.0.1:8080"
DEMO: Mapping[str, tuple[float, str]] = {"seconds": (300.0, "for how long people stay")}
LOAD: Mapping[str, tuple[float, str]] = {
    "sockets": (100, "how many follow"),
    "writers": (10, "how many write; each a new ghost"),
    "boards": (1, "on how many boards"),
    "seconds": (10.0, "for how long"),
    "rate": (15.0, "commands per second and writer"),
}
# what adds a command to its group
Add = Callable[..., ArgumentParser]


def serve(**flags: Any) -> None:
    """Run a node, or several, until it is told to stop.

    With --workers N it is the parent of N nodes that share one port.  They use one
    database, and Valkey between them: yours (ORBIT_DATABASE_URL, ORBIT_REDIS_URL), or
    ones of their own, which the parent starts.  A worker that dies is replaced.
    SIGTERM stops all of them, SIGHUP replaces one after the other.

    Secrets are taken from the environment alone, where a list of processes does not
    show them: ORBIT_PEPPER, ORBIT_SECRET_KEY, ORBIT_CLUSTER_SECRET,
    ORBIT_OPERATOR_KEY.
    """
    settings = _sound(**flags)
    gc.disable()  # a start makes much and drops little; the node enables it again
    make_folder(settings.data)
    files = [settings.secrets_file, settings.operator_file]
    missing = [file for file in files if not file.exists()]
    settings = with_secrets(settings)
    for file in missing:
        if file.exists():
            print(f"made {SAID[file.name]}: {file}", flush=True)
    if settings.workers > 1:
        from orbit.workers import run
    else:
        from orbit.node import run
    run(settings, partial(print, flush=True))


def doctor(**flags: Any) -> int:
    """Say whether this machine can run Orbit, and what to do if not."""
    from rich.console import Console

    from orbit.doctor import Verdict, examine

    colours = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}
    console = Console(highlight=False, soft_wrap=True)
    verdicts = set()
    for found in examine(_loaded(**flags)):
        verdicts.add(found.verdict)
        console.print(
            f"{found.verdict:8}", style=colours[found.verdict], end="", markup=False
        )
        console.print(f"{found.name:12}{found.words}", markup=False)
    return 1 if Verdict.FAULT in verdicts else 0


def migrate(**flags: Any) -> None:
    """Bring the database's schema up to date; `serve` does it, too."""
    from orbit.database import running
    from orbit.store.postgres.migrate import migrate_at

    with running(_sound(**flags)) as dsn:
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

    _with_database(tell, **flags)


def board_show(id: str, **flags: Any) -> None:
    """Show a board's journal: seq, time and type of each event; nobody's words."""
    from orbit.admin import boards

    async def tell(dsn: str) -> None:
        async with boards.journal(dsn) as journal:
            async for entry in boards.history(journal, boards.board_id(id)):
                print(entry.seq, entry.at, entry.type, sep="\t")

    _with_database(tell, **flags)


def journal_verify(id: str | None, **flags: Any) -> int:
    """Compare journal, row, snapshot and index, of one board or of all.

    Says a line for each finding: board, sort, seq, and what is wrong; then exits with
    1.  Nodes may run meanwhile; what passes by itself is not told.
    """
    from orbit.admin.verifying import verify

    findings = _with_database(partial(verify, id=id), **flags)
    return 1 if findings else 0


def audit_verify(noted: "Mark | None", **flags: Any) -> int:
    """Follow the audit trail from its first row to its last.

    Each row's hash covers the row before.  Says a line for each that is not what was
    written, or is not there, the first one first; then exits with 1.  It ends with what
    the last row is: noted elsewhere and given as --noted the next time, it tells of
    who has written the whole trail anew.
    """
    from orbit.admin.auditing import verify

    return 1 if _with_database(partial(verify, noted=noted), **flags) else 0


def _mark(text: str) -> "Mark":
    from orbit.core.services.chain import Mark

    return Mark.of(text)


def nodes(**flags: Any) -> None:
    """Show the nodes: how each is, what it has, and how its beat is."""
    from orbit.admin import operating

    operating.nodes(_asking(**flags))


def top(*, by: str, limit: int, once: bool, **flags: Any) -> None:
    """Show the boards on which the most happens, wherever they live.

    Each screen is measured for a second.  What a terminal does not show is told once.
    """
    from orbit.admin import operating

    operating.top(_asking(**flags), by=by, limit=limit, once=once)


def board_where(id: str, **flags: Any) -> None:
    """Show where a board lives: owner, followers, and where it should be."""
    from orbit.admin import operating

    operating.where(_asking(**flags), id)


def board_trace(id: str, *, since: int | None, content: bool, **flags: Any) -> None:
    """Follow what is committed on a board, until you interrupt it.

    Of people it tells author keys; what they wrote with --content alone.  The last
    column is from an event's decision until the node that was asked could tell it.
    """
    from orbit.admin import operating

    operating.trace(_asking(**flags), id, since=since, content=content)


def board_move(id: str, node: str, **flags: Any) -> int:
    """Give a board to another node; nobody who is on it is cut off.

    NODE is the inc, or the beginning of it, or the end of the name, as `nodes` tells.
    """
    from orbit.admin import operating

    return operating.move(_asking(**flags), id, node)


def board_evict(id: str, **flags: Any) -> None:
    """Let the nodes forget a board's actor; the next visitor wakes it."""
    from orbit.admin import operating

    operating.evict(_asking(**flags), id)


def drain(node: str, **flags: Any) -> None:
    """Have a node give its boards and sockets to the others, and end; as SIGTERM does.

    NODE is the inc, or the beginning of it, or the end of the name, as `nodes` tells.
    A worker is replaced by its parent.
    """
    from orbit.admin import operating

    operating.drain(_asking(**flags), node)


def conn_list(*, node: str, limit: int, **flags: Any) -> None:
    """Show the connections of a node, or of all: the slowest first."""
    from orbit.admin import operating

    operating.connections(_asking(**flags), node=node, limit=limit)


def conn_kill(id: str, **flags: Any) -> None:
    """Close a connection with 4410; its client may come back."""
    from orbit.admin import operating

    operating.kill(_asking(**flags), id)


def purge(**flags: Any) -> None:
    """Remove what is past its time."""
    from orbit import control

    purged = control.purge(_sound(**flags))
    print(f"removed {purged.boards} boards and {purged.ghosts} ghosts")


def account_role(email: str, role: str, **flags: Any) -> int:
    """Give an account a role: with `dev` it has the console, with `user` it has not.

    All its sign-ins end, and it is told.  The console asks for a second factor, too.
    """
    from orbit import control

    if not control.give_role(_sound(**flags), email, role):
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

    print(f"another history has begun: {control.rotate_log(_sound(**flags))}")


def demo(url: str, *, once: bool, seconds: float) -> None:
    """Fill a running server with a board on which something happens."""
    from orbit.demo import run

    run(url, once=once, seconds=seconds, say=partial(print, flush=True))


def load_(url: str, **wishes: Any) -> int:
    """Put a running server under load, and say what it bore; 1 if it lost a word."""
    from orbit.load import Wish, run

    return 0 if run(url, Wish(**wishes)) else 1


def _commands() -> ArgumentParser:
    """Return what may be said; a command is explained by its function."""
    orbit = ArgumentParser("orbit", description=ABOUT, allow_abbrev=False)
    _tell_version(orbit)
    add = _group(orbit)
    _command(add, "serve", serve, NODE)
    _command(add, "doctor", doctor, ("host", "port", *DATABASE))
    _command(add, "migrate", migrate, DATABASE)
    board = _group(add("board", help="Look at boards.", description="Look at boards."))
    _command(board, "list", board_list, DATABASE)
    _command(board, "show", board_show, DATABASE).add_argument("id")
    _command(board, "verify", journal_verify, DATABASE).add_argument("id", nargs="?")
    _room(board, "where", board_where).add_argument("id")
    traced = _room(board, "trace", board_trace)
    traced.add_argument("id")
    traced.add_argument("--since", type=int, help="begin after this seq")
    traced.add_argument("--content", action="store_true", help="tell the text, too")
    moved = _room(board, "move", board_move)
    moved.add_argument("id")
    moved.add_argument("node")
    _room(board, "evict", board_evict).add_argument("id")
    conn = _group(add("conn", help=CONN, description=CONN))
    listed = _limited(_room(conn, "list", conn_list))
    listed.add_argument("--node", default="", help="of this node alone")
    _room(conn, "kill", conn_kill).add_argument("id")
    account = _group(add("account", help=ACCOUNT, description=ACCOUNT))
    given = _command(account, "role", account_role, DATABASE)
    given.add_argument("email")
    given.add_argument("role", choices=ROLES, help="whom it is for")
    journal = _group(add("journal", help=JOURNAL, description=JOURNAL))
    _command(journal, "verify", journal_verify, DATABASE).add_argument("id", nargs="?")
    audit = _group(add("audit", help=AUDIT, description=AUDIT))
    followed = _command(audit, "verify", audit_verify, DATABASE)
    said = "what a row was, as 12:9f86..."
    followed.add_argument("--noted", metavar="ROW", type=_mark, help=said)
    log = _group(add("log", help=LOG, description=LOG))
    _command(log, "rotate", log_rotate, DATABASE)
    _room(add, "nodes", nodes)
    _room(add, "drain", drain).add_argument("node")
    ranked = _limited(_room(add, "top", top))
    ranked.add_argument("--by", choices=RANKS, default=RANKS[0], help="of what")
    ranked.add_argument("--once", action="store_true", help="show it once")
    _command(add, "purge", purge, DATABASE)
    guests = _visit(_command(add, "demo", demo), DEMO)
    guests.add_argument("--once", action="store_true", help="leave when it is filled")
    _visit(_command(add, "load", load_), LOAD)
    return orbit


def _group(parser: ArgumentParser) -> Add:
    """Give a parser commands; said without one, it tells which there are."""
    parser.set_defaults(act=parser.print_help)
    return parser.add_subparsers(title="commands", metavar="COMMAND").add_parser


def _command(
    add: Add, name: str, act: Callable[..., int | None], fields: Sequence[str] = ()
) -> ArgumentParser:
    """Add a command, with a flag for each of these settings."""
    about = getdoc(act) or ""
    command = add(
        name,
        help=about.partition("\n")[0],
        description=about,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(act=act)
    _tell_version(command)  # bin/serve has no other way to be asked
    for field in fields:
        setting = Settings.model_fields[field]
        command.add_argument(
            f"--{field.replace('_', '-')}",
            action=BooleanOptionalAction if setting.annotation is bool else "store",
            help=f"{setting.description} [{variable_of(field)}]",
        )
    return command


def _room(add: Add, name: str, act: Callable[..., int | None]) -> ArgumentParser:
    """Add a command that asks a node that runs."""
    command = _command(add, name, act, ("data",))
    said = "the node's address; without it, the one that runs on the data folder"
    command.add_argument("--url", help=said)
    command.add_argument("--json", action="store_true", help="for programs")
    return command


def _limited(command: ArgumentParser) -> ArgumentParser:
    command.add_argument("--limit", type=int, default=20, help="how many (20)")
    return command


def _tell_version(parser: ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=__version__)


def _visit(
    command: ArgumentParser, numbers: Mapping[str, tuple[float, str]]
) -> ArgumentParser:
    """Give a command that visits a running server its flags."""
    command.add_argument("--url", default=URL, help="the running server")
    for name, (usual, words) in numbers.items():
        said = f"{words} ({usual})"
        command.add_argument(f"--{name}", type=type(usual), default=usual, help=said)
    return command


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    given = vars(_commands().parse_args(words))
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


def _loaded(**flags: Any) -> Settings:
    given = {
        name: value
        for name, value in flags.items()
        if name in Settings.model_fields and value is not None
    }
    return load(given)


def _asking(url: str | None, json: bool, **flags: Any) -> "Asking":
    from orbit.admin.operating import Asking

    return Asking(_loaded(**flags), url, json)


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
