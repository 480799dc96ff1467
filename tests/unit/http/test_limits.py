"""Who is counted for what, and what the headers tell."""

from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import count

import pytest

from orbit.core.limits import Limiter
from tests.kit.app import Answer, App, running, settings

RATE = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
ME = "/identity/ghost/me/"


@pytest.fixture
async def narrow() -> AsyncIterator[App]:
    """A node on which three calls a minute are allowed."""
    bounds = {"rest_per_address_min": 3, "ghosts_per_address_h": 5}
    async with running(given=settings(bounds)) as started:
        yield started


async def test_every_counted_answer_tells_what_is_left(narrow: App) -> None:
    ann = await narrow.ghost()
    for left in ("2", "1", "0"):
        answer = await ann.get(ME)
        assert answer.status == 200
        assert answer.headers["X-RateLimit-Limit"] == "3"
        assert answer.headers["X-RateLimit-Remaining"] == left
        now = narrow.services.clock.now().timestamp()
        assert now <= int(answer.headers["X-RateLimit-Reset"]) <= now + 61
    refused = await ann.get(ME)
    assert (refused.status, refused.error) == (429, "rate_limited")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20


async def test_refusals_tell_it_too(narrow: App) -> None:
    ann = await narrow.ghost()
    missing = await ann.get("/boards/nope/")
    assert missing.status == 404
    assert missing.headers["X-RateLimit-Remaining"] == "2"


async def test_reads_of_guests_are_not_counted(narrow: App) -> None:
    board = (await narrow.board())["board"]["id"]
    for _ in range(10):
        answer = await narrow.guest.get(f"/boards/{board}/")
        assert answer.status == 200
        assert not any(name in answer.headers for name in RATE)


async def test_searches_count_for_their_address_whoever_makes_them(
    narrow: App,
) -> None:
    board = (await narrow.board())["board"]["id"]
    notes = f"/boards/{board}/items/note/"
    for who in (narrow.guest, await narrow.ghost(), await narrow.ghost()):
        assert (await who.get(f"{notes}?search=coffee")).status == 200
    for who in (narrow.guest, await narrow.ghost()):
        refused = await who.get(f"{notes}?search=coffee")
        assert (refused.status, refused.error) == (429, "rate_limited")
        assert 1 <= int(refused.headers["Retry-After"]) <= 20
        assert (await who.get(notes)).status == 200


async def test_writes_of_guests_count_for_their_address(narrow: App) -> None:
    for _ in range(3):
        await narrow.board()
    refused = await narrow.guest.post("/boards/", {"title": "x"})
    assert refused.status == 429


async def test_one_ghosts_calls_cost_another_nothing(narrow: App) -> None:
    ann, bob = await narrow.ghost(), await narrow.ghost()
    for _ in range(4):
        last = await ann.get(ME)
    assert last.status == 429
    assert (await bob.get(ME)).status == 200


async def test_all_paths_of_a_class_share_one_allowance(narrow: App) -> None:
    ann, board = await narrow.ghost(), (await narrow.board())["board"]["id"]
    for path in (ME, f"/boards/{board}/", f"/boards/{board}", ME):
        last = await ann.get(path)
    assert last.status == 429


def worked(refused: Answer) -> str:
    """Return what a newcomer finds who does the work that a refusal names."""
    task = refused.json["details"]["proof"]
    for n in count():
        proof = f"{task['challenge']}:{n}"
        found = int.from_bytes(sha256(proof.encode()).digest(), "big")
        if found >> (256 - task["bits"]) == 0:
            return proof
    raise AssertionError


async def test_beyond_its_share_an_address_pays_for_ghosts_by_work(
    narrow: App,
) -> None:
    for _ in range(5):
        await narrow.ghost()
    refused = await narrow.guest.post("/identity/ghost/")
    assert refused.status == 429
    paying = narrow.guest.with_headers(**{"X-Proof": worked(refused)})
    paid = await paying.post("/identity/ghost/")
    assert paid.status == 201
    assert len(paid.json["ghost"]) == 43
    again = await paying.post("/identity/ghost/")
    assert again.status == 429
    assert again.json["details"]["proof"]["challenge"] not in worked(refused)


async def test_work_pays_for_nothing_but_ghosts(narrow: App) -> None:
    ann = await narrow.ghost()
    for _ in range(4):
        refused = await ann.get(ME)
    assert (refused.status, refused.json["details"]) == (429, {})


async def test_new_ghosts_are_bounded_by_address(narrow: App) -> None:
    for _ in range(5):
        await narrow.ghost()
    refused = await narrow.guest.post("/identity/ghost/")
    assert refused.status == 429
    assert refused.headers["X-RateLimit-Limit"] == "5"
    assert int(refused.headers["Retry-After"]) > 60


async def test_what_is_counted_holds_no_address() -> None:
    counted: list[str] = []

    def spy(_self: Limiter, key: str, _now: float, _cost: float = 1.0) -> float:
        counted.append(key)
        return 0.0

    async with running() as app:
        kept, Limiter.spend = Limiter.spend, spy  # type: ignore[method-assign]
        try:
            await app.guest.post("/identity/ghost/")
        finally:
            Limiter.spend = kept  # type: ignore[method-assign]
    assert len(counted) == 1
    assert "127.0.0.1" not in counted[0]
