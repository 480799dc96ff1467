"""A board's stream: what comes, from where it goes on, and when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientError, ClientResponse
from msgspec import Struct

from orbit.core.actors.watching import Position
from orbit.http import sse
from orbit.http.sse import STREAMS, position, wire
from tests.kit.app import App, Client, until
from tests.kit.organisations import founded


class Event(Struct):
    """One event of a stream."""

    id: str
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.data["type"])


class Reader:
    """Reads a stream as an EventSource does."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.comments = 0

    async def next(self, *types: str) -> Event:
        """Return the next event, of one of the types if any are given."""
        async with asyncio.timeout(10):
            while True:
                event = await self._event()
                if not types or event.type in types:
                    return event

    async def _event(self) -> Event:
        fields: dict[str, str] = {}
        while line := (await self.response.content.readline()).decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if line.startswith(":"):
                self.comments += 1
            elif name:
                fields[name] = value
            elif "data" in fields:
                return Event(fields.get("id", ""), json.loads(fields["data"]))
            else:
                fields = {}
        raise EOFError

    async def ends(self) -> None:
        """Wait until the server has closed the stream."""
        async with asyncio.timeout(10):
            while await self.response.content.readline():
                pass


@asynccontextmanager
async def stream(
    app: App, board: str, by: Client | None = None, last: str = "", query: str = ""
) -> AsyncIterator[Reader]:
    headers = dict((by or app.guest).headers)
    if last:
        headers["Last-Event-ID"] = last
    path = f"/api/v1/boards/{board}/stream{query}"
    async with app.http.get(path, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        yield Reader(response)


async def note(by: Client, board: str, content: str = "hello") -> int:
    added = await by.post(f"/boards/{board}/notes/", {"content": content})
    assert added.status == 201, added.text
    return int(added.json["seq"])


async def test_first_the_view_then_what_happens(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        joined = await reader.next()
        assert (joined.type, joined.data["seq"]) == ("joined", 1)
        assert joined.id == f"{joined.data['log']}-1"
        assert joined.data["items"][0][:2] == ["board", "board"]
        for seq in (2, 3):
            assert await note(ann, board) == seq
            changed = await reader.next("changed")
            assert changed.data["seq"] == seq
            assert changed.id == f"{joined.data['log']}-{seq}"


async def test_only_the_author_learns_that_a_note_is_his(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    async with stream(app, board) as guest, stream(app, board, ann) as author:
        await note(ann, board)
        seen = [await each.next("changed") for each in (guest, author)]
        types = [[change["put"][0] for change in each.data["changes"]] for each in seen]
        assert types == [["note", "board"], ["note", "signature", "board"]]


async def test_the_stream_goes_on_from_the_last_event(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        last = (await reader.next()).id
    for _ in range(3):
        await note(ann, board)
    async with stream(app, board, last=last) as reader:
        joined = await reader.next()
        assert "items" not in joined.data
        assert [change["seq"] for change in joined.data["changes"]] == [2, 3, 4]
        assert joined.id.endswith("-4")


async def test_the_stream_goes_on_from_what_the_client_says_it_has(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        log = (await reader.next()).data["log"]
    for _ in range(3):
        await note(ann, board)
    has = f"?log={log}&since=2"
    async with stream(app, board, query=has) as reader:
        joined = await reader.next()
        assert [change["seq"] for change in joined.data["changes"]] == [3, 4]
    async with stream(app, board, query=has, last=f"{log}-3") as reader:
        joined = await reader.next()
        assert [change["seq"] for change in joined.data["changes"]] == [4]
    async with stream(app, board, query="?since=2") as reader:
        assert "items" in (await reader.next()).data


@pytest.mark.parametrize(
    "last", ["x", "x-1", "-1", "another-log-1", "1-x", "a-" + "9" * 30]
)
async def test_a_position_that_is_none_of_ours_takes_a_view(
    app: App, last: str
) -> None:
    board = (await app.board())["board"]["id"]
    async with stream(app, board, last=last) as reader:
        assert "items" in (await reader.next()).data


async def test_who_loses_the_right_is_told_and_the_stream_ends(app: App) -> None:
    made = await app.board()
    board = made["board"]["id"]
    admin = app.guest.with_link(made["admin_token"])
    async with stream(app, board) as guest, stream(app, board, admin) as keeper:
        await guest.next("joined")
        await admin.patch(f"/boards/{board}/", {"is_public": False})
        left = await guest.next("left")
        assert left.data["error"] == "private_board"
        await guest.ends()
        assert (await keeper.next("changed")).data["seq"] == 2
        await admin.delete(f"/boards/{board}/")
        assert (await keeper.next("left")).data["error"] == "gone"
        await keeper.ends()


async def test_a_revoked_links_stream_loses_the_right_at_once(app: App) -> None:
    made = await app.board(is_public=False)
    board = made["board"]["id"]
    admin = app.guest.with_link(made["admin_token"])
    async with stream(app, board, admin) as reader:
        await reader.next("joined")
        await admin.post(f"/boards/{board}/revoke-link/")
        assert (await reader.next("left")).data["error"] == "private_board"
        await reader.ends()


async def test_an_erased_ghosts_streams_end(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    board = (await app.board())["board"]["id"]
    async with (
        stream(app, board, ann) as hers,
        stream(app, board, ann) as again,
        stream(app, board, bob) as his,
    ):
        for reader in (hers, again, his):
            await reader.next("joined")
        assert (await ann.delete("/identity/ghost/me/")).status == 204
        for reader in (hers, again):
            left = await reader.next("left")
            assert (left.data["error"], left.id) == ("unauthenticated", "")
            await reader.ends()
        await bob.post(f"/boards/{board}/notes/", {"content": "still here"})
        assert (await his.next("changed")).data["seq"] == 2
    assert (await ann.get(f"/boards/{board}/stream")).status == 401


async def test_whose_rights_change_comes_back_to_his_streams(app: App) -> None:
    org = await founded(app)
    ann, bob = org.people["ann"], await org.join("bob")
    board = (await app.board())["board"]["id"]
    async with stream(app, board, ann) as hers, stream(app, board, bob) as his:
        for reader in (hers, his):
            await reader.next("joined")
        assert (await bob.post(f"{org.path}leave/")).status == 204
        await his.ends()
        await ann.post(f"/boards/{board}/notes/", {"content": "still here"})
        assert (await hers.next("changed")).data["seq"] == 2
    async with stream(app, board, bob) as again:
        await again.next("joined")


async def test_a_client_that_went_is_forgotten(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "LOOK_S", 0.05)
    board = (await app.board())["board"]["id"]
    streams = app.app[STREAMS]
    async with stream(app, board) as reader:
        await reader.next("joined")
        assert len(streams) == 1
        reader.response.close()

    async def count() -> int:
        return len(streams)

    assert await until(count, lambda open_: open_ == 0) == 0
    assert (await app.guest.get(f"/boards/{board}/")).json["here"] == 0


async def test_silence_is_broken_by_a_comment(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "LOOK_S", 0.01)
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.02)
    board = (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        await reader.next("joined")
        async with asyncio.timeout(10):
            while not reader.comments:
                line = await reader.response.content.readline()
                reader.comments += line.startswith(b":")


async def test_streams_end_with_the_node(app: App) -> None:
    board = (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        await reader.next("joined")
        await app.app[STREAMS].close(app.app)
        await reader.ends()
    refused = await app.guest.get(f"/boards/{board}/stream/")
    assert (refused.status, refused.error) == (503, "busy")


async def test_who_does_not_read_is_caught_up_and_costs_a_bounded_amount(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets a gap closed by one `joined`, never an event out of order."""
    monkeypatch.setattr(sse, "UNSENT_BYTES", 8_192)
    board = (await app.board())["board"]["id"]
    open_ = app.app[STREAMS]
    async with stream(app, board) as reader:
        seq = (await reader.next("joined")).data["seq"]
        (held,) = open_._open
        flush = held._flush
        gate = asyncio.Event()

        async def blocked(response: Any) -> None:
            await gate.wait()
            await flush(response)

        monkeypatch.setattr(held, "_flush", blocked)
        for author in [await app.ghost() for _ in range(2)]:
            for _ in range(20):
                last = await note(author, board, "x" * 1_000)
        assert held._unsent < 8_192 + 4_096
        assert held._subscriber.behind is not None
        gate.set()
        while seq < last:
            event = await reader.next("changed", "joined")
            if event.type == "changed":
                assert event.data["seq"] == seq + 1
            elif "changes" in event.data:
                assert [c["seq"] for c in event.data["changes"]] == list(
                    range(seq + 1, event.data["seq"] + 1)
                )
            seq = event.data["seq"]


async def test_what_a_stream_may_owe_is_a_quarter_of_a_mebibyte(app: App) -> None:
    board = (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        await reader.next("joined")
        (held,) = app.app[STREAMS]._open
        held.write(b": %b\n\n" % (b"x" * 200_000))
        assert not held.paused
        held.write(b": %b\n\n" % (b"x" * 100_000))
        assert held.paused


async def test_who_takes_nothing_is_cut_off(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "STALL_S", 0.01)
    board = (await app.board())["board"]["id"]
    async with stream(app, board) as reader:
        await reader.next("joined")
        (held,) = app.app[STREAMS]._open

        class Stuck:
            async def write(self, _data: bytes) -> None:
                await asyncio.Event().wait()

        monkeypatch.setattr(
            held,
            "_flush",
            lambda _response: sse.Stream._flush(held, Stuck()),  # type: ignore[arg-type]
        )
        await note(await app.ghost(), board)
        with pytest.raises((EOFError, ClientError)):
            await reader.next("changed")

    async def count() -> int:
        return len(app.app[STREAMS])

    assert await until(count, lambda open_: open_ == 0) == 0


def test_a_frame_is_made_once_for_all_of_a_log() -> None:
    assert wire("a") is wire("a")
    assert wire("a") is not wire("b")


def test_only_what_can_be_resumed_from_has_an_id() -> None:
    changed = b'{"type":"changed","board":"b","seq":7,"at":"x"}'
    here = b'{"type":"here","board":"b","count":2}'
    framed = wire("log").frame(changed + b"\n" + here)
    assert framed == b"id: log-7\ndata: %b\n\ndata: %b\n\n" % (changed, here)


def test_positions() -> None:
    assert position("a-b-c-12") == Position("a-b-c", 12)
    for text in ("", "-", "a-", "-1", "a-1x", "a-\u0661"):
        assert position(text) is None
