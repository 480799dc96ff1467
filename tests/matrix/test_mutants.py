"""A guard that is taken away is missed: some cell is no more as it is expected."""

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import pytest

from orbit.core.errors import Unauthenticated
from orbit.core.kind import Join, Role, Signal, wire_name
from orbit.core.kinds.feedback import KIND, rights
from orbit.core.kinds.feedback.rights import PERMISSIONS
from orbit.core.ports import OrgRole
from orbit.core.services import accounts, organisations
from orbit.core.services.organisations import MAY, Act
from orbit.http import calls, routing
from orbit.http.operators import Operators
from tests.kit.sockets import House
from tests.matrix.policy import DONE, Cell
from tests.matrix.test_matrix import RULES, mistakes

Patch = pytest.MonkeyPatch
CELLS = [cell for rule in RULES for cell in rule.cells if cell.expected != DONE]


async def is_missed(home: House, cells: Sequence[Cell]) -> bool:
    """Tell whether somebody gets what he should not."""
    assert cells
    async for _ in mistakes(home, cells):
        return True
    return False


def of(*operations: str) -> Sequence[Cell]:
    return [cell for cell in CELLS if cell.operation in operations]


@pytest.mark.parametrize("cls", KIND.asked_by_name.values(), ids=wire_name)
async def test_a_command_that_everybody_may(
    home: House, monkeypatch: Patch, cls: Any
) -> None:
    monkeypatch.setitem(PERMISSIONS, cls, {*Role})
    verb = "signal" if issubclass(cls, Signal) else "tell"
    assert await is_missed(home, of(f"{verb} {wire_name(cls)}"))


@pytest.mark.parametrize("act", [act for act in Act if MAY[act] != OrgRole.MEMBER])
async def test_what_every_member_of_an_organisation_may(
    home: House, monkeypatch: Patch, act: Act
) -> None:
    monkeypatch.setitem(organisations.MAY, act, OrgRole.MEMBER)
    staff = {"manager", "hand"}
    assert await is_missed(home, [cell for cell in CELLS if cell.person in staff])


def _swap(patch: Patch, function: FunctionType, other: Callable[..., Any]) -> None:
    """Have others who have imported a function run another one."""
    patch.setattr(function, "__code__", getattr(other, "__code__"))  # noqa: B009


async def test_no_account_needed(home: House, monkeypatch: Patch) -> None:
    _swap(monkeypatch, accounts.signed_in, lambda caller: caller.account)
    for operation in ("GET /users/me/", "GET /orgs/", "PATCH /identity/profile/"):
        assert await is_missed(home, of(operation))


async def test_no_scope_needed(home: House, monkeypatch: Patch) -> None:
    _swap(monkeypatch, accounts.staff, lambda caller: caller.account)
    for operation in {cell.operation for cell in CELLS if "/admin/" in cell.operation}:
        assert await is_missed(home, of(operation))


async def test_no_key_needed(home: House, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Operators, "admit", lambda *_: None)
    for operation in {cell.operation for cell in CELLS if "/node/" in cell.operation}:
        assert await is_missed(home, of(operation))


@pytest.mark.parametrize("person", ["erased", "ended", "operator"])
async def test_what_is_not_valid_does_not_count(
    home: House, monkeypatch: Patch, person: str
) -> None:
    known = routing.recognise

    async def recognise(request: Any, *args: Any) -> Any:
        """Take whoever is not known for a guest."""
        try:
            return await known(request, *args)
        except Unauthenticated:
            return await known(request, *args[:2], calls.Admits.NEWCOMERS)

    monkeypatch.setattr(routing, "recognise", recognise)
    read = of("GET /boards/{board}/")
    assert await is_missed(home, [cell for cell in read if cell.person == person])


async def test_a_private_board_that_is_open(home: House, monkeypatch: Patch) -> None:
    monkeypatch.setitem(PERMISSIONS, Join, {*Role})
    for operation in ("GET /boards/{board}/", "join", "GET /boards/{board}/journal/"):
        cells = [cell for cell in of(operation) if cell.person == "stranger"]
        assert await is_missed(home, cells)


async def test_who_was_muted_writes(home: House, monkeypatch: Patch) -> None:
    _swap(monkeypatch, rights._is_muted, lambda *_: False)
    for operation in ("tell add_note", "tell edit_note", "tell toggle_upvote"):
        cells = [cell for cell in of(operation) if cell.person == "muted"]
        assert await is_missed(home, cells)
