"""The commands that look into nodes that run, and act on them: one function each."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import RenderableType
from rich.live import Live

from orbit.admin import screens
from orbit.admin.boards import board_id
from orbit.admin.room import Room, entered
from orbit.settings import Settings


class Asking(Struct, frozen=True):
    """Whom to ask, and how to show it."""

    settings: Settings
    url: str | None = None
    json: bool = False


def nodes(asking: Asking) -> None:
    """Show the nodes."""
    _show(asking, lambda room: room.get("/nodes/"), screens.nodes)


def top(asking: Asking, *, by: str, limit: int, once: bool) -> None:
    """Show the boards with the most, again and again unless it is `once`."""

    async def ask(room: Room) -> Any:
        return await room.get("/top/", by=by, limit=limit)

    if once or asking.json or not screens.console().is_terminal:
        _show(asking, ask, screens.top)
    else:
        _run(asking, lambda room: _refresh(room, ask))


def where(asking: Asking, board: str) -> None:
    """Show where a board lives."""
    path = f"/boards/{board_id(board)}/"
    _show(asking, lambda room: room.get(path), screens.where)


def trace(asking: Asking, board: str, *, since: int | None, content: bool) -> None:
    """Show what is committed on a board, until it is interrupted."""
    query: dict[str, Any] = {"content": str(content).lower()}
    if since is not None:
        query["since"] = since
    path, console = f"/boards/{board_id(board)}/trace/", screens.console()

    async def follow(room: Room) -> None:
        async for told in room.lines(path, **query):
            if asking.json:
                print(_line(told), flush=True)  # noqa: T201
            else:
                console.print(screens.traced(told), soft_wrap=True)

    _run(asking, follow)


def move(asking: Asking, board: str, node: str) -> int:
    """Give a board to another node; return 1 if there was nothing to be given."""
    path = f"/boards/{board_id(board)}/move/"
    told = _run(asking, lambda room: room.call("POST", path, json={"node": node}))
    return _said(asking, told, "it was handed over", "it was not: is it there already?")


def drain(asking: Asking, node: str) -> None:
    """Have a node give all it has to the others, and end."""
    told = _run(asking, lambda room: room.call("POST", "/drain/", json={"node": node}))
    _said(asking, told, "it gives all away, and ends", "it did not")


def evict(asking: Asking, board: str) -> None:
    """Have the nodes let a board go."""
    path = f"/boards/{board_id(board)}/evict/"
    told = _run(asking, lambda room: room.call("POST", path))
    _said(asking, told, "it will be woken anew", "it was not awake")


def connections(asking: Asking, *, node: str, limit: int) -> None:
    """Show connections, the slowest first."""

    async def ask(room: Room) -> Any:
        return await room.get("/connections/", node=node, limit=limit)

    _show(asking, ask, screens.connections)


def kill(asking: Asking, id: str) -> None:
    """Close a connection."""
    told = _run(asking, lambda room: room.call("DELETE", f"/connections/{id}/"))
    _said(asking, told, "it was closed; its client may come back", "it was not there")


def _run(asking: Asking, work: Callable[[Room], Awaitable[Any]]) -> Any:
    async def within() -> Any:
        async with entered(asking.settings, asking.url) as room:
            return await work(room)

    try:
        return asyncio.run(within())
    except KeyboardInterrupt:
        return None


def _show(
    asking: Asking,
    ask: Callable[[Room], Awaitable[Any]],
    screen: Callable[[Any], RenderableType],
) -> None:
    told = _run(asking, ask)
    if told is not None:
        if asking.json:
            print(_line(told))  # noqa: T201
        else:
            screens.console().print(screen(told))


async def _refresh(room: Room, ask: Callable[[Room], Awaitable[Any]]) -> None:
    """Show a screen that is always the last measure, which takes a second."""
    with Live(console=screens.console(), screen=True, auto_refresh=False) as live:
        while True:
            live.update(screens.top(await ask(room)), refresh=True)


def _said(asking: Asking, told: Any, done: str, not_done: str) -> int:
    print(_line(told) if asking.json else done if told["done"] else not_done)  # noqa: T201
    return 0 if told["done"] else 1


def _line(told: Any) -> str:
    return msgspec.json.encode(told).decode()
