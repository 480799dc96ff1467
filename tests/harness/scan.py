"""Looks for what nobody may be told in everything that a node says.

    python -m tests.harness.scan --boards 200

Ghosts act on many boards by every way there is; each answer, frame, log line and metric
is kept and searched for secrets, author keys, keys of ghosts and digests of links, in
each form in which bytes are written.  Author keys are read from the database, which is
also made to refuse a row once.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import aiohttp
from msgspec import Struct
from rich.console import Console
from rich.progress import track

from orbit.core.services.identity import Keys
from tests.harness.raw import Raw
from tests.harness.server import Server, served

MARKER = "marker-that-may-be-seen"


class Heard(Struct, frozen=True):
    """One thing that the node said, and what it was entitled to hold."""

    where: str
    text: str
    told: frozenset[str] = frozenset()


class Needle(Struct, frozen=True):
    """What must not be found, and which secret it is a form of."""

    what: str
    text: str


class Found(Struct):
    """What a scan came to."""

    hits: list[str]
    heard: Counter[str]
    bytes: int
    needles: Counter[str]
    markers: int
    statuses: Counter[int]
    refused: int  # rows, by the database
    errors: list[str]


def forms(what: str, secret: bytes) -> list[Needle]:
    """Return the ways in which bytes are written."""
    plain, safe = base64.b64encode(secret), base64.urlsafe_b64encode(secret)
    texts = {secret.hex(), plain.decode().rstrip("="), safe.decode().rstrip("=")}
    return [Needle(what, text) for text in texts]


def scan(heard: Iterable[Heard], needles: Iterable[Needle]) -> list[str]:
    """Return where needles were found that were not told there on purpose."""
    wanted = list(needles)
    return [
        f"{needle.what} in {one.where}: {one.text[:200]}"
        for one in heard
        for needle in wanted
        if needle.text in one.text and needle.text not in one.told
    ]


class Visitors:
    """Ghosts who act on boards, and all that they hear."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self._server, self._http = server, http
        self.heard: list[Heard] = []
        self.ghosts: list[str] = []
        self.links: list[str] = []
        self.statuses: Counter[int] = Counter()

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        told: Iterable[str] = (),
        **headers: str,
    ) -> Any:
        """Call an operation and keep all of its answer; return the body, if JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method != "GET":
            named["Idempotency-Key"] = f"{len(self.heard)}"
        url = self._server.url + (path if path.startswith("//") else f"/api/v1{path}")
        request = self._http.request(
            method, url.replace("//metrics", "/metrics"), json=body, headers=named
        )
        async with request as answer:
            text = await answer.text()
            self.statuses[answer.status] += 1
            said = f"{dict(answer.headers)}\n{text}"
        with contextlib.suppress(ValueError):
            body = json.loads(text)
        new = {body[k] for k in ("ghost", "admin_token") if _has(body, k)}
        self.ghosts += [body["ghost"]] if _has(body, "ghost") else []
        self.links += [body["admin_token"]] if _has(body, "admin_token") else []
        entitled = frozenset({*new, *told})
        self.heard.append(Heard(f"answer {method} {path}", said, entitled))
        return body

    async def mint(self) -> str:
        return str((await self.call("POST", "/identity/ghost/"))["ghost"])

    async def act(self, n: int) -> None:
        """Do on one board whatever can be done."""
        ann, bob = self.ghosts[n % 3], self.ghosts[3 + n % 3]
        wish = {"title": f"{MARKER} {n}", "is_public": n % 4 != 3}
        made = await self.call("POST", "/boards/", wish, X_Ghost_ID=ann)
        board, link = made["board"]["id"], made["admin_token"]
        await self._by_rest(board, ann, bob, link)
        await self._by_socket(board, ann, bob, link)
        await self._by_stream(board, bob)
        await self.call(
            "POST", f"/boards/{board}/revoke-link/", X_Ghost_ID=ann, X_Admin_Token=link
        )
        if n % 5 == 4:
            await self.call(
                "DELETE",
                f"/boards/{board}/",
                X_Ghost_ID=ann,
                X_Admin_Token=self.links[-1],
            )

    async def _by_rest(self, board: str, ann: str, bob: str, link: str) -> None:
        at, note = f"/boards/{board}", {"content": f"{MARKER} by REST"}
        added = await self.call("POST", f"{at}/notes/", note, X_Ghost_ID=ann)
        id = (added.get("result") or {}).get("id", "none")
        named = {"content": "signed", "anonymous": False, "name": "Bob"}
        await self.call("POST", f"{at}/notes/", named, X_Ghost_ID=bob)
        here = f"{at}/notes/{id}"
        await self.call("POST", f"{here}/upvote/", X_Ghost_ID=bob)
        await self.call("POST", f"{here}/move/", {"x": 1, "y": 2}, X_Ghost_ID=ann)
        await self.call("PATCH", f"{here}/", {"content": "new"}, X_Ghost_ID=ann)
        await self.call("PATCH", f"{here}/", {"content": "not mine"}, X_Ghost_ID=bob)
        await self.call("DELETE", f"{here}/", X_Ghost_ID=ann)
        await self.call("POST", f"{here}/restore/", X_Ghost_ID=ann)
        do = {"do": "toggle_upvote", "with": {"note": id}, "op": "same"}
        await self.call("POST", f"{at}/do/", do, X_Ghost_ID=bob)
        await self.call("POST", f"{at}/do/", {"do": "nope", "with": {}}, X_Ghost_ID=bob)
        await self.call("PATCH", f"{at}/", {"title": MARKER}, X_Admin_Token=link)
        await self.call("PATCH", f"{at}/", {"title": "x"}, X_Admin_Token="wrong")
        for who in (
            {"X_Ghost_ID": ann},
            {"X_Ghost_ID": bob},
            {},
            {"X_Admin_Token": link},
        ):
            for path in ("/", "/items/note/", "/items/signature/", "/journal/?since=0"):
                await self.call("GET", f"{at}{path}", **who)
        await self.call("GET", "/identity/ghost/me/", X_Ghost_ID=ann)
        await self.call("GET", "/identity/ghost/me/", X_Ghost_ID=f"{ann}x")

    async def _by_socket(self, board: str, ann: str, bob: str, link: str) -> None:
        for ghost, admin in ((ann, None), (bob, None), (None, link), (f"{ann}x", None)):
            raw = await Raw.open(self._server.port)
            raw.heard = []
            hello = (
                {"type": "hello"}
                if ghost is None
                else {"type": "hello", "ghost": ghost}
            )
            join = {"type": "join", "ref": 1, "board": board}
            raw.send(hello, {**join, "link": admin} if admin else join)
            told = {"type": "tell", "board": board, "attempt": 1}
            text = {"content": f"{MARKER} by socket"}
            raw.send({**told, "ref": 2, "op": "a", "do": "add_note", "with": text})
            raw.send(
                {
                    **told,
                    "ref": 3,
                    "op": "a",
                    "do": "add_note",
                    "with": {"content": ghost},
                }
            )
            raw.send(
                {
                    **told,
                    "ref": 4,
                    "op": "b",
                    "do": "edit_board",
                    "with": {"title": "T"},
                }
            )
            raw.send({"type": "signal", "board": board, "do": "drag", "with": {}})
            raw.send(
                {**told, "ref": 5, "op": "c", "do": "move_note", "with": {"note": "x"}}
            )
            raw.send(
                {"type": "nonsense", "ghost": ghost},
                {"type": "ping", "seen": {board: 1}},
            )
            with contextlib.suppress(ConnectionError):
                await raw.expect("pong")
            # `content: ghost` is refused as another command under the same op
            self.heard += [
                Heard(f"frame for {board}", one.decode()) for one in raw.heard
            ]
            raw.abort()

    async def _by_stream(self, board: str, ghost: str) -> None:
        url = f"{self._server.url}/api/v1/boards/{board}/stream"
        async with self._http.get(url, headers={"X-Ghost-ID": ghost}) as answer:
            text = (await answer.content.readany()).decode()
            self.statuses[answer.status] += 1
        self.heard.append(Heard(f"stream of {board}", text))


def _has(body: Any, name: str) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get(name), str)


async def needles(server: Server, visitors: Visitors) -> list[Needle]:
    """Return all that must not be told, as the database and the pepper have it."""
    kept = json.loads((server.data / "secrets.json").read_text())
    pepper = next(value for name, value in kept.items() if "pepper" in name.lower())
    keys = Keys(pepper.encode())
    found = [Needle("pepper", pepper)]
    for secret in visitors.ghosts:
        found.append(Needle("ghost's secret", secret))
        found += forms("ghost's id", keys.ghost_id(secret))
        found += forms("ghost's key", keys.ghost_key(secret))
        found += forms("ghost's box", keys.persona(secret).box.label)
    for link in visitors.links:
        found.append(Needle("admin token", link))
        found += forms("link's digest", hashlib.sha256(link.encode()).digest())
    authors = await server.sql("SELECT DISTINCT who FROM journal WHERE length(who) > 8")
    found += [Needle("author key", row["who"]) for row in authors]
    for row in await server.sql("SELECT salt FROM board"):
        found += forms("board's salt", row["salt"])
    for row in await server.sql("SELECT key FROM ghost"):
        found += forms("ghost's id", row["key"])
    return found


async def _fail(server: Server, visitors: Visitors) -> None:
    """Have the database refuse rows, whose error tells all that is in them."""
    made = await visitors.call("POST", "/boards/", {"title": MARKER})
    notes, ghost = f"/boards/{made['board']['id']}/notes/", visitors.ghosts[0]
    await visitors.call("POST", notes, {"content": MARKER}, X_Ghost_ID=ghost)
    await server.sql("ALTER TABLE journal ADD CONSTRAINT c CHECK (false) NOT VALID")
    await visitors.call("POST", notes, {"content": MARKER}, X_Ghost_ID=ghost)
    await server.sql("ALTER TABLE journal DROP CONSTRAINT c")


async def run(boards: int) -> Found:
    """Have ghosts act on so many boards, and search all that was said."""
    async with served(log_level="debug") as server, aiohttp.ClientSession() as http:
        visitors = Visitors(server, http)
        for _ in range(6):
            await visitors.mint()
        for n in track(range(boards), "boards", console=Console(stderr=True)):
            await visitors.act(n)
        await visitors.call("GET", "//metrics")
        await _fail(server, visitors)
        wanted = await needles(server, visitors)
        heard = visitors.heard
        heard += [Heard("log", line) for line in server.said().splitlines()]
        return Found(
            hits=scan(heard, wanted),
            heard=Counter(one.where.split()[0] for one in heard),
            bytes=sum(len(one.text) for one in heard),
            needles=Counter(one.what for one in wanted),
            markers=sum(MARKER in one.text for one in heard),
            statuses=visitors.statuses,
            refused=server.said().count("an append failed"),
            errors=server.errors(),
        )


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--boards", type=int, default=200)
    found = asyncio.run(run(parser.parse_args().boards))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"FIGURE heard {dict(found.heard)}, {found.bytes >> 10} KiB")
    console.print(f"FIGURE answers by status {dict(sorted(found.statuses.items()))}")
    console.print(f"FIGURE looked for {dict(found.needles)}")
    console.print(f"FIGURE markers seen {found.markers}")
    failed = bool(found.hits or found.errors or not found.markers)
    console.print(f"FIGURE hits {len(found.hits)} {'FAIL' if failed else 'PASS'}")
    for hit in [*found.hits[:20], *found.errors[:5]]:
        console.print(hit, markup=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
