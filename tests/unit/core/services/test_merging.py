"""A ghost is taken into an account: notes, votes, boards; and what stays apart."""

from typing import Any

import pytest

from orbit.core.errors import StoreDown, Unavailable
from tests.kit.app import App, Client, until

ME, MERGE = "/identity/ghost/me/", "/identity/ghost/merge/"
ANN, BOB = "ann@example.org", "bob@example.org"


def secret(of: Client) -> str:
    return of.headers["X-Ghost-ID"]


async def board_of(app: App, by: Client | None = None) -> str:
    return str((await app.board(by))["board"]["id"])


async def note(by: Client, board: str, content: str = "x") -> str:
    added = await by.post(f"/boards/{board}/notes/", {"content": content})
    assert added.status == 201, added.text
    return str(added.json["result"]["id"])


async def upvote(by: Client, board: str, note: str) -> None:
    assert (await by.post(f"/boards/{board}/notes/{note}/upvote/")).status == 200


async def votes(app: App, board: str, note: str) -> int:
    items = (await app.guest.get(f"/boards/{board}/")).json["items"]
    return int(next(i["data"]["upvotes"] for i in items if i["id"] == note))


async def listed(by: Client, boards: int) -> None:
    """Wait until somebody's own list has so many boards."""
    await until(lambda: by.get(ME), lambda me: len(me.json["boards"]) == boards)


async def merged(ann: Client, ghost: Client) -> Any:
    done = await ann.post(MERGE, {"ghost": secret(ghost)})
    assert done.status == 200, done.text
    return done.json


async def changes(by: Client, board: str, id: str) -> bool:
    answer = await by.patch(f"/boards/{board}/notes/{id}/", {"content": "changed"})
    return answer.status == 200


async def test_what_a_ghost_wrote_is_the_accounts(app: App) -> None:
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    made, other = await board_of(app, ghost), await board_of(app)
    theirs = await note(await app.ghost(), other)
    mine = await note(ghost, other)
    await upvote(ghost, other, theirs)
    await listed(ghost, 2)
    assert not await changes(ann, other, mine)
    done = await merged(ann, ghost)
    assert set(done["boards"]) == {made, other}
    assert done["apart"] == []
    assert await changes(ann, other, mine)
    assert await changes(ghost, other, mine)  # its secret stands for the account
    assert (await ann.get(ME)).json["notes"] == 1
    own = (await ann.get("/boards/mine/")).json["results"]
    assert [each["id"] for each in own] == [made]
    await upvote(ann, other, theirs)  # toggles the one that it has
    assert await votes(app, other, theirs) == 0


async def test_where_both_have_written_nobody_votes_twice(app: App) -> None:
    first, ghost, cyd = await app.ghost(), await app.ghost(), await app.ghost()
    board = await board_of(app)
    a, b, c = await note(first, board), await note(ghost, board), await note(cyd, board)
    d = await note(cyd, board)
    for by, ids in ((first, (b, c)), (ghost, (a, c, d))):
        for id in ids:
            await upvote(by, board, id)
    for by in (first, ghost):
        await listed(by, 1)
    assert [await votes(app, board, id) for id in (a, b, c, d)] == [1, 1, 2, 1]
    ann = await app.account(ANN, first)
    done = await merged(ann, ghost)
    assert (done["boards"], done["apart"]) == ([], [board])
    assert [await votes(app, board, id) for id in (a, b, c, d)] == [0, 0, 1, 1]
    assert await changes(ann, board, a)
    assert not await changes(ann, board, b)  # it stays the ghost's
    for id in (c, d):
        await upvote(ann, board, id)
    assert [await votes(app, board, id) for id in (c, d)] == [0, 0]


async def test_a_third_ghost_comes_to_where_the_second_was(app: App) -> None:
    ann = await app.account(ANN, await app.ghost())
    second, third, cyd = await app.ghost(), await app.ghost(), await app.ghost()
    board = await board_of(app)
    theirs = await note(cyd, board)
    own = await note(second, board)
    for by in (second, third):
        await upvote(by, board, theirs)
        await listed(by, 1)
    assert (await merged(ann, second))["boards"] == [board]
    assert (await merged(ann, third))["apart"] == [board]
    assert await votes(app, board, theirs) == 1
    assert await changes(ann, board, own)


async def test_told_again_it_changes_nothing(app: App) -> None:
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    board = await board_of(app)
    await note(ghost, board)
    await listed(ghost, 1)
    first = await merged(ann, ghost)
    assert await merged(ann, ghost) == first
    assert len(app.place.world.ghosts) == 2


async def test_what_was_cut_off_goes_on(app: App) -> None:
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    board = await board_of(app)
    mine = await note(ghost, board)
    await listed(ghost, 1)
    accounts = app.core.persons.identity._people.accounts
    hold = accounts.hold

    async def down(*_args: Any) -> bool:
        raise StoreDown

    accounts.hold = down  # type: ignore[method-assign]
    failed = await ann.post(MERGE, {"ghost": secret(ghost)})
    assert (failed.status, failed.error) == (503, Unavailable.code)
    accounts.hold = hold  # type: ignore[method-assign]
    assert (await merged(ann, ghost))["boards"] == [board]
    assert await changes(ann, board, mine)


async def test_the_ghost_by_itself_is_cut_off(app: App) -> None:
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    ended: list[str] = []
    app.core.persons.erasure.ends.append(ended.append)
    await merged(ann, ghost)
    assert ended == [app.core.persons.identity.caller(secret(ghost)).id]
    assert (await ghost.get(ME)).json["claimed"]


@pytest.mark.parametrize("by_header", [True, False])
async def test_the_secret_comes_in_the_body_or_as_a_header(
    app: App, by_header: bool
) -> None:
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    headers = {"X-Ghost-ID": secret(ghost)} if by_header else {}
    body = {} if by_header else {"ghost": secret(ghost)}
    assert (await ann.post(MERGE, body, headers=headers)).status == 200


async def test_without_the_secret_or_an_account_nothing_is_taken(app: App) -> None:
    ann, ghost = await app.account(ANN), await app.ghost()
    before = repr((app.place.world.ghosts, app.place.world.accounts))
    for by, body, status in (
        (ann, {"ghost": "made up"}, 401),
        (ann, {}, 422),
        (ann, {"ghost": ""}, 422),
        (ann, {"ghost": 7}, 422),
        (ann, {"ghost": None}, 422),
        (ann, [], 400),
        (app.guest, {"ghost": secret(ghost)}, 401),
        (ghost, {"ghost": secret(ghost)}, 401),
    ):
        answer = await by.post(MERGE, body)
        assert answer.status == status, (body, answer.text)
    assert repr((app.place.world.ghosts, app.place.world.accounts)) == before


async def test_a_ghost_of_another_account_is_not_taken(app: App) -> None:
    ghost = await app.ghost()
    await app.account(BOB, ghost)
    refused = await (await app.account(ANN)).post(MERGE, {"ghost": secret(ghost)})
    assert (refused.status, refused.error) == (409, "conflict")


async def test_an_erased_account_takes_its_ghosts_along(app: App) -> None:
    mark = "only the ghost wrote this"
    ann, ghost = await app.account(ANN, await app.ghost()), await app.ghost()
    board = await board_of(app)
    await note(ghost, board, mark)
    await listed(ghost, 1)
    await merged(ann, ghost)
    assert (await ann.delete(ME)).status == 204
    rows = app.place.world.boards.values()
    assert mark not in repr([(r.journal, r.items, r.snapshot) for r in rows])
    assert app.place.world.ghosts == {}
    assert (await ghost.get(ME)).status == 401


async def test_a_vote_that_the_account_may_not_cast_stays_where_it_is(app: App) -> None:
    first, ghost, cyd = await app.ghost(), await app.ghost(), await app.ghost()
    made = await app.board()
    board = str(made["board"]["id"])
    a, b = await note(cyd, board), await note(cyd, board)
    await upvote(first, board, a)
    await upvote(ghost, board, b)
    admin = app.guest.with_link(made["admin_token"])
    assert (await admin.patch(f"/boards/{board}/", {"votes_each": 1})).status == 200
    for by in (first, ghost):
        await listed(by, 1)
    ann = await app.account(ANN, first)
    await merged(ann, ghost)
    assert (await votes(app, board, a), await votes(app, board, b)) == (1, 1)
