"""The policy file as cells: an operation, on what, a person, an answer."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

PEOPLE = (
    *("guest", "stranger", "author", "member", "muted", "refused"),
    *("admin", "foreign", "revoked", "account", "invited", "owner"),
    *("erased", "ended", "operator"),
)
STAFF = ("lead", "manager", "hand")  # of an organisation
DONE = 200  # or whatever else says that it was done


class Cell(Struct, frozen=True):
    """`expected` is `DONE`, or the status that somebody is refused with."""

    operation: str
    on: str | None  # an open or a closed board, or an organisation
    person: str
    expected: int

    def __str__(self) -> str:
        return " ".join(filter(None, (self.operation, self.on, self.person)))


class Rule(Struct, frozen=True):
    why: str
    cells: Sequence[Cell]


def read() -> Sequence[Rule]:
    """Return the rules in their order."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    return [Rule(rule["why"], [*_cells(rule, told)]) for rule in told["rule"]]


def _cells(rule: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Cell]:
    groups, may = told["groups"], [*_people(rule["may"], told["groups"])]
    refused = {
        person: status
        for name, status in reversed(rule.get("refused", {}).items())
        for person in _people([name], groups)
    }
    if rule.get("counts", True):
        refused |= dict.fromkeys(_people(["dead"], groups), 401)
    for operation in rule["operations"]:
        for on in rule.get("on", [None]):
            for person in (*PEOPLE, *STAFF) if on == "org" else PEOPLE:
                expected = DONE if person in may else refused.get(person, 403)
                yield Cell(operation, on, person, expected)


def _people(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give those whom names stand for, of people and of groups of them."""
    for name in names:
        if name in groups:
            yield from _people(groups[name], groups)
        else:
            assert name in {*PEOPLE, *STAFF}, name
            yield name
