"""How a command is made of its function: its help, and the flags that many share."""

from argparse import (
    ArgumentParser,
    BooleanOptionalAction,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Mapping, Sequence
from inspect import getdoc

from orbit import __version__
from orbit.settings import Settings, variable_of

URL = "http://127.0.0.1:8080"

# what adds a command to its group
Add = Callable[..., ArgumentParser]


def group(parser: ArgumentParser) -> Add:
    """Give a parser commands; said without one, it tells which there are."""
    parser.set_defaults(act=parser.print_help)
    return parser.add_subparsers(title="commands", metavar="COMMAND").add_parser


def topic(add: Add, name: str, about: str) -> Add:
    """Add a word that commands stand behind."""
    return group(add(name, help=about, description=about))


def command(
    add: Add, name: str, act: Callable[..., int | None], fields: Sequence[str] = ()
) -> ArgumentParser:
    """Add a command, with a flag for each of these settings."""
    about = getdoc(act) or ""
    made = add(
        name,
        help=about.partition("\n")[0],
        description=about,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.set_defaults(act=act)
    tell_version(made)  # bin/serve has no other way to be asked
    for field in fields:
        setting = Settings.model_fields[field]
        made.add_argument(
            f"--{field.replace('_', '-')}",
            action=BooleanOptionalAction if setting.annotation is bool else "store",
            help=f"{setting.description} [{variable_of(field)}]",
        )
    return made


def asking(add: Add, name: str, act: Callable[..., int | None]) -> ArgumentParser:
    """Add a command that asks a node that runs."""
    made = command(add, name, act, ("data",))
    said = "the node's address; without it, the one that runs on the data folder"
    made.add_argument("--url", help=said)
    made.add_argument("--json", action="store_true", help="for programs")
    return made


def limited(made: ArgumentParser) -> ArgumentParser:
    made.add_argument("--limit", type=int, default=20, help="how many (20)")
    return made


def visit(
    made: ArgumentParser, numbers: Mapping[str, tuple[float, str]]
) -> ArgumentParser:
    """Give a command that visits a running server its flags."""
    made.add_argument("--url", default=URL, help="the running server")
    for name, (usual, words) in numbers.items():
        said = f"{words} ({usual})"
        made.add_argument(f"--{name}", type=type(usual), default=usual, help=said)
    return made


def tell_version(parser: ArgumentParser) -> None:
    parser.add_argument("--version", action="version", version=__version__)
