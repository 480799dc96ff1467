"""Every operation, and every command of a board, asked by everybody.

What is expected stands in `policy.toml`.  Who is refused has changed nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import pytest

from orbit.core import errors
from orbit.core.kind import Signal
from orbit.core.kinds import KINDS
from orbit.http.errors import status_of
from tests.kit.sockets import House, Talk
from tests.kit.spec import ROWS
from tests.matrix.asked import BODIES, NOTES, QUERIES, WITH
from tests.matrix.policy import DONE, Cell, read
from tests.matrix.scene import Closed, Office, Scene

RULES = read()
STATUS = {
    error.code: status_of(error)
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.OrbitError)
    if error is not errors.OrbitError
}
SCENES: Mapping[str | None, type[Scene]] = {"closed": Closed, "org": Office}
VERBS = {"tell", "signal", "join"}
ELSEWHERE = {"tell request_access"}  # not over a socket: it is asked from without
MARK = {"x": 99, "y": 99}
Ask = Callable[[], Awaitable[int]]


def test_every_operation_and_every_command_has_a_rule() -> None:
    told = {cell.operation for rule in RULES for cell in rule.cells}
    operations = {f"{row.method} {row.path}" for row in ROWS}
    kind = KINDS["feedback"]
    asked = {
        f"{'signal' if issubclass(cls, Signal) else 'tell'} {name}"
        for name, cls in kind.asked_by_name.items()
    }
    assert operations | asked | {"join"} <= told


@pytest.mark.parametrize(
    ("why", "cells"),
    [
        pytest.param(rule.why, [*cells], id=f"{operation} {on or ''}".strip())
        for rule in RULES
        for (operation, on), cells in groupby(rule.cells, attrgetter("operation", "on"))
    ],
)
async def test_the_policy_holds_in_every_cell(
    home: House, why: str, cells: Sequence[Cell]
) -> None:
    wrong = [each async for each in mistakes(home, cells)]
    assert not wrong, "\n".join([why, *wrong])


async def mistakes(home: House, cells: Sequence[Cell]) -> AsyncIterator[str]:
    """Give the cells in which something else happens than is expected."""
    for cell in cells:
        for prepare in (_over_rest, _over_a_socket):
            scene = SCENES.get(cell.on, Scene)(home)
            await scene.enter(cell.person)
            ask = await prepare(scene, cell.operation)
            if ask is None:
                continue
            before = await scene.state()
            if (found := await ask()) != cell.expected:
                yield f"{cell}: {found}, not {cell.expected}"
            if found != DONE and await scene.state() != before:
                yield f"{cell}: was refused, and has changed something"


async def _over_rest(scene: Scene, operation: str) -> Ask | None:
    """Return what asks in this way; None if the operation is not asked so."""
    method, _, path = operation.partition(" ")
    if method in {"signal", "join"}:
        return None
    if method == "tell":
        body = {"do": path, "with": await scene.fill(WITH.get(path, {}))}
        return lambda: scene.call("POST", f"/boards/{scene.id}/do/", body)
    path = path.replace("{note}", f"{{{NOTES.get(operation, 'note')}}}")
    path = await scene.fill(path) + QUERIES.get(operation, "")
    body = await scene.fill(BODIES.get(operation, {}))
    return lambda: scene.call(method, path, body)


async def _over_a_socket(scene: Scene, operation: str) -> Ask | None:
    verb, _, do = operation.partition(" ")
    if verb not in VERBS or operation in ELSEWHERE:
        return None
    body = await scene.fill(WITH.get(do, {}))

    async def ask() -> int:
        async with scene.talk(scene.person) as talk:
            said = await talk.hear()
            if said["type"] != "error":
                said = await scene.join(talk, scene.person)
            if said["type"] == "error":
                return STATUS[said["error"]]
            if verb == "signal":
                return DONE if await _is_heard(scene, talk, do, body) else 403
            if verb == "tell":
                said = await talk.tell(scene.id, do, "op", **body)
            return STATUS[said["error"]] if said["type"] == "error" else DONE

    return ask


async def _is_heard(scene: Scene, talk: Talk, do: str, body: Any) -> bool:
    """Tell whether an admin hears a signal before one that another admin gives."""
    async with scene.talk(scene.admin) as hearer, scene.talk(scene.admin) as marker:
        for admin in (hearer, marker):
            await admin.hear("welcome")
            await scene.join(admin, scene.admin)
        signal = {"type": "signal", "board": scene.id}
        await talk.say({**signal, "do": do, "with": body})
        await talk.say({"type": "ping"})
        await talk.hear("pong")
        await marker.say({**signal, "do": "focus", "with": MARK})
        return bool((await hearer.hear("signal"))["with"] != MARK)
