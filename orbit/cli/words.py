"""What may be said: the commands, in the order in which `orbit --help` tells them."""

from argparse import ArgumentParser
from collections.abc import Mapping

from orbit.cli import operating, serving, stored, visiting
from orbit.cli.parser import (
    Add,
    asking,
    command,
    group,
    limited,
    tell_version,
    topic,
    visit,
)

ABOUT = "A realtime server: every live thing is a board with one ordered journal."
BOARD = "Look at boards."
JOURNAL = "Look after what boards are made of."
CONN = "Look at connections."
ACCOUNT = "Look after accounts."
AUDIT = "Look after the trail of what security rests on."
LOG = "Tell which history of the database this is."
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
DEMO: Mapping[str, tuple[float, str]] = {"seconds": (300.0, "for how long people stay")}
LOAD: Mapping[str, tuple[float, str]] = {
    "sockets": (100, "how many follow"),
    "writers": (10, "how many write; each a new ghost"),
    "boards": (1, "on how many boards"),
    "seconds": (10.0, "for how long"),
    "rate": (15.0, "commands per second and writer"),
}


def commands() -> ArgumentParser:
    """Return what may be said; a command is explained by its function."""
    orbit = ArgumentParser("orbit", description=ABOUT, allow_abbrev=False)
    tell_version(orbit)
    add = group(orbit)
    command(add, "serve", serving.serve, NODE)
    command(add, "doctor", serving.doctor, ("host", "port", *DATABASE))
    command(add, "migrate", stored.migrate, DATABASE)
    _boards(topic(add, "board", BOARD))
    _connections(topic(add, "conn", CONN))
    _accounts(topic(add, "account", ACCOUNT))
    _journal(topic(add, "journal", JOURNAL))
    _audit(topic(add, "audit", AUDIT))
    command(topic(add, "log", LOG), "rotate", stored.log_rotate, DATABASE)
    _nodes(add)
    command(add, "purge", stored.purge, DATABASE)
    _visits(add)
    return orbit


def _boards(add: Add) -> None:
    command(add, "list", stored.board_list, DATABASE)
    command(add, "show", stored.board_show, DATABASE).add_argument("id")
    _journal(add)
    asking(add, "where", operating.board_where).add_argument("id")
    traced = asking(add, "trace", operating.board_trace)
    traced.add_argument("id")
    traced.add_argument("--since", type=int, help="begin after this seq")
    traced.add_argument("--content", action="store_true", help="tell the text, too")
    moved = asking(add, "move", operating.board_move)
    moved.add_argument("id")
    moved.add_argument("node")
    asking(add, "evict", operating.board_evict).add_argument("id")


def _journal(add: Add) -> None:
    verified = command(add, "verify", stored.journal_verify, DATABASE)
    verified.add_argument("id", nargs="?")


def _connections(add: Add) -> None:
    listed = limited(asking(add, "list", operating.conn_list))
    listed.add_argument("--node", default="", help="of this node alone")
    asking(add, "kill", operating.conn_kill).add_argument("id")


def _accounts(add: Add) -> None:
    given = command(add, "role", stored.account_role, DATABASE)
    given.add_argument("email")
    given.add_argument("role", choices=ROLES, help="whom it is for")


def _audit(add: Add) -> None:
    followed = command(add, "verify", stored.audit_verify, DATABASE)
    said = "what a row was, as 12:9f86..."
    followed.add_argument("--noted", metavar="ROW", type=stored.mark, help=said)


def _nodes(add: Add) -> None:
    asking(add, "nodes", operating.nodes)
    asking(add, "drain", operating.drain).add_argument("node")
    ranked = limited(asking(add, "top", operating.top))
    ranked.add_argument("--by", choices=RANKS, default=RANKS[0], help="of what")
    ranked.add_argument("--once", action="store_true", help="show it once")


def _visits(add: Add) -> None:
    guests = visit(command(add, "demo", visiting.demo), DEMO)
    guests.add_argument("--once", action="store_true", help="leave when it is filled")
    visit(command(add, "load", visiting.load), LOAD)
