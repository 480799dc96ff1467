"""On a strict board nothing that can be read moves, or tells, before a release."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from orbit.store.clock import SystemClock
from tests.kit.app import App, Client, running
from tests.unit.http.api.test_concealed import PATHS, do, heard

MARKER = "MARKER"
STROKE = datetime(2030, 1, 1, 12, 0, 30, tzinfo=UTC)


class Held(SystemClock):
    """Stands just before a release, until it is let go."""

    def __init__(self) -> None:
        self.at = STROKE - timedelta(milliseconds=50)

    def now(self) -> datetime:
        return self.at

    def strike(self) -> None:
        """Pass the next release, and stand before the one after it."""
        self.at += timedelta(seconds=30)


@pytest.fixture
def clock() -> Held:
    return Held()


@pytest.fixture
async def app(clock: Held) -> AsyncIterator[App]:
    async with running(clock=clock) as started:
        yield started


class Table:
    """A strict board with a note that all see, and people at it."""

    def __init__(self, app: App, clock: Held) -> None:
        self.app, self.clock = app, clock

    async def laid(self) -> "Table":
        made = await self.app.board(strict=3)
        self.id = made["board"]["id"]
        self.path = f"/boards/{self.id}"
        self.admin = (await self.app.ghost()).with_link(made["admin_token"])
        self.ann, self.bob = await self.app.ghost(), await self.app.ghost()
        self.note = await self.do(self.bob, "add_note", content="plain")
        await self.strike()
        return self

    async def do(self, who: Client, command: str, **wish: object) -> str:
        answer = await who.post(f"{self.path}/do/", do(command, **wish))
        assert answer.status == 200, answer.text
        return str(answer.json["result"]["id"])

    async def strike(self) -> None:
        """Let what waits be told."""
        before = await self.seq()
        self.clock.strike()
        async with asyncio.timeout(5):
            while await self.seq() == before:  # noqa: ASYNC110 asked over HTTP
                await asyncio.sleep(0.01)

    async def seq(self) -> int:
        answer = await self.app.guest.get(f"{self.path}/")
        return int(answer.json["seq"])

    async def write(self) -> None:
        """Have people do all that waits, with a marker in all that they write."""
        added = await self.do(
            self.ann, "add_note", content=MARKER, anonymous=False, name=MARKER
        )
        await self.do(self.ann, "edit_note", note=added, content=f"{MARKER} two")
        await self.do(self.ann, "toggle_upvote", note=self.note)
        await self.do(self.ann, "report_note", note=self.note, reason=MARKER)
        await self.do(self.bob, "edit_note", note=self.note, content=f"{MARKER} b")
        await self.do(self.bob, "move_note", note=self.note, x=77, y=77)
        other = await self.do(self.bob, "add_note", content=f"{MARKER} gone")
        await self.do(self.bob, "remove_note", note=other)

    async def read(self, who: Client) -> dict[str, str]:
        """Return what somebody can read by every path, and how it is marked."""
        read = {"": (await who.get(f"{self.path}/")).headers["ETag"]}
        for path in [one for one in PATHS if "{type}" not in one] + ITEMS:
            plain = path.format(
                board=self.id, note=self.note, org=self.id, user=self.id
            )
            if path.endswith("/stream/"):
                read[plain] = await heard(self.app, who, f"{plain}?since=0")
                continue
            for query in QUERIES.get(path.rsplit("/", 2)[-2], PLAIN):
                read[plain + query] = _stable((await who.get(plain + query)).text)
        return read


ITEMS = [
    f"/boards/{{board}}/items/{type}/"
    for type in ("board", "note", "waiting", "removed", "report", "signature", "upvote")
]
PLAIN = ("", f"?search={MARKER}")
QUERIES = {
    "export": [f"?format={form}" for form in ("json", "csv", "md", "html")],
    "journal": ["?since=0", "?since=0&limit=1", "?since=1"],
    "compare": ["?from=0", "?from=1&to=2"],
    "discover": ["", "?sort=popular"],
}


def _stable(text: str) -> str:
    """Leave out what is of one request alone."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    for name in ("request_id", "timestamp"):
        if isinstance(told, dict):
            told.pop(name, None)
    return json.dumps(told)


@pytest.fixture
async def table(app: App, clock: Held) -> Table:
    return await Table(app, clock).laid()


async def test_nothing_that_others_can_read_moves_before_a_release(
    table: Table,
) -> None:
    others = [table.admin, await table.app.ghost()]
    before = [await table.read(who) for who in others]
    await table.write()
    for who, was in zip(others, before, strict=True):
        now = await table.read(who)
        assert [path for path in was if now[path] != was[path]] == []
        hits = [path for path, text in now.items() if MARKER in text]
        assert [path for path in hits if "search=" not in path] == []
    await table.strike()
    after = await table.read(table.admin)
    for path in ("", "journal/?since=0", "stream/", f"items/note/?search={MARKER}"):
        assert MARKER in after[f"{table.path}/{path}"], path
    assert MARKER in after[f"{table.path}/export/?format=md"]


async def test_who_writes_himself_learns_nothing_by_his_answers(table: Table) -> None:
    probe = await table.app.ghost()
    path = f"{table.path}/notes/"
    first = await probe.post(path, {"content": "a"}, headers={"Idempotency-Key": "1"})
    await table.write()
    second = await probe.post(path, {"content": "b"})
    again = await probe.post(path, {"content": "a"}, headers={"Idempotency-Key": "1"})
    seen = await probe.get(f"{table.path}/")
    seqs = [answer.json["seq"] for answer in (first, second, again, seen)]
    assert seqs == [seqs[0]] * 4
    assert MARKER not in seen.text
    assert [i["type"] for i in seen.json["items"]].count("waiting") == 2
    await table.strike()
    told = await probe.get(f"{table.path}/journal/?since={seqs[0]}")
    (release,) = told.json["changes"]
    ids = [c["put"][1] for c in release["changes"] if c.get("put", [""])[0] == "note"]
    assert len(ids) == 4
    assert ids == sorted(ids)


async def test_the_author_reads_what_waits_and_his_view_is_marked_anew(
    table: Table,
) -> None:
    before = await table.ann.get(f"{table.path}/")
    await table.write()
    tag = {"If-None-Match": before.headers["ETag"]}
    now = await table.ann.get(f"{table.path}/", headers=tag)
    assert now.status == 200
    assert MARKER in now.text
    items = await table.ann.get(f"{table.path}/items/waiting/?search={MARKER}")
    assert len(items.json["results"]) == 1
    fresh = await table.ann.get(
        f"{table.path}/", headers={"If-None-Match": now.headers["ETag"]}
    )
    assert fresh.status == 304


async def test_the_past_has_the_seqs_that_were_told(table: Table) -> None:
    await table.write()
    await table.strike()
    guest, head = table.app.guest, await table.seq()
    whole = (await guest.get(f"{table.path}/journal/?since=0")).json
    seqs = [event["seq"] for event in whole["changes"]]
    assert seqs == list(range(1, head + 1))
    assert whole["head"] == head
    one = (await guest.get(f"{table.path}/journal/?since=1&limit=1")).json
    assert one["changes"] == whole["changes"][1:2]
    times = {event["at"] for event in whole["changes"]}
    assert times == {"2030-01-01T12:00:00.000Z"}
    past = await guest.get(f"{table.path}/compare/?from={head - 1}&to={head}")
    assert [note["note"]["content"] for note in past.json["added"]] == [f"{MARKER} two"]
    forked = await guest.post(f"{table.path}/fork/", {"seq": head - 1})
    assert forked.status == 201, forked.text
    copy = await guest.get(f"/boards/{forked.json['board']['id']}/")
    assert "plain" in copy.text
    assert MARKER not in copy.text


@pytest.mark.parametrize("strict", [-1, 51, "yes", None, 1.5])
async def test_a_crowd_is_a_small_number(app: App, strict: object) -> None:
    answer = await app.guest.post("/boards/", {"title": "T", "strict": strict})
    assert answer.status == 422
    assert "strict" in answer.json["details"]


# Outside ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["do/", "request-access/"])
async def test_a_stranger_who_asks_is_told_no_seq(app: App, path: str) -> None:
    made = await app.board(is_public=False)
    board, bob = made["board"]["id"], await app.ghost()
    body = do("request_access") if path == "do/" else {}
    asked = await bob.post(f"/boards/{board}/{path}", body)
    assert asked.status in {200, 201}
    assert asked.json.get("seq", 0) == 0


async def test_who_was_not_let_in_is_told_that_and_nothing_else(app: App) -> None:
    made = await app.board(is_public=False, title=MARKER)
    admin, board = app.guest.with_link(made["admin_token"]), made["board"]["id"]
    bob, cyd = await app.ghost(), await app.ghost()
    path = f"/boards/{board}/"

    async def access(who: Client) -> object:
        answer = await who.get(path)
        assert (answer.status, answer.error) == (403, "private_board")
        assert MARKER not in answer.text
        return answer.json["details"].get("access")

    assert await access(bob) is None
    request = (await bob.post(f"{path}request-access/")).json["result"]["id"]
    assert await access(bob) == "asked"
    answered = f"{path}access-requests/{request}/"
    assert (await admin.patch(answered, {"approve": False})).status == 200
    assert await access(bob) == "refused"
    assert await access(cyd) is None
    await bob.post(f"{path}request-access/")
    assert await access(bob) == "asked"
