"""Lists of boards over REST: who finds what, and who does not."""

from typing import Any

import pytest

from tests.kit.app import App, Client


async def titles(client: Client, path: str = "/boards/discover/") -> list[str]:
    answer = await client.get(path)
    assert answer.status == 200, answer.text
    return [each["title"] for each in answer.json["results"]]


async def admin(app: App, made: Any) -> Client:
    return (await app.ghost()).with_link(made["admin_token"])


async def test_a_guest_finds_public_boards_and_what_is_on_them(app: App) -> None:
    ann = await app.ghost()
    await app.board(ann, title="Hidden", is_public=False)
    made = await app.board(ann, title="Open")
    board = made["board"]["id"]
    note = await ann.post(f"/boards/{board}/notes/", {"content": "x"})
    bob = await app.ghost()
    await bob.post(f"/boards/{board}/notes/{note.json['result']['id']}/upvote/")
    (found,) = (await app.guest.get("/boards/discover/")).json["results"]
    assert found.pop("expires_at")
    assert found == {**made["board"], "notes": 1, "upvotes": 1}


async def test_the_newest_come_page_by_page(app: App) -> None:
    for title in "abcde":
        await app.board(title=title)
    seen, path = [], "/boards/discover/?limit=2"
    while path:
        answer = (await app.guest.get(path)).json
        seen += [each["title"] for each in answer["results"]]
        await app.board(title="made meanwhile")
        after = answer["next"]
        path = f"/boards/discover/?limit=2&cursor={after}" if after else ""
    assert seen == ["e", "d", "c", "b", "a"]


async def test_the_popular_come_first_and_page_by_page(app: App) -> None:
    votes = {"one": 1, "none": 0, "two": 2}
    for title, count in votes.items():
        ann = await app.ghost()
        board = (await app.board(ann, title=title))["board"]["id"]
        note = await ann.post(f"/boards/{board}/notes/", {"content": "x"})
        for _ in range(count):
            path = f"/boards/{board}/notes/{note.json['result']['id']}/upvote/"
            assert (await (await app.ghost()).post(path)).status == 200
    first = (await app.guest.get("/boards/discover/?sort=popular&limit=2")).json
    path = f"/boards/discover/?sort=popular&limit=2&cursor={first['next']}"
    rest = (await app.guest.get(path)).json
    listed = [each["title"] for each in first["results"] + rest["results"]]
    assert listed == ["two", "one", "none"]
    assert rest["next"] is None


async def test_boards_are_found_by_words_of_their_titles(app: App) -> None:
    await app.board(title="Retro of Équipe 7")
    await app.board(title="Lunch")
    path = "/boards/discover/?search=%C3%A9quipe+RETRO"
    assert await titles(app.guest, path) == ["Retro of Équipe 7"]


async def test_what_is_made_private_or_deleted_is_found_no_more(app: App) -> None:
    shut, gone = await app.board(title="Shut"), await app.board(title="Gone")
    path = f"/boards/{shut['board']['id']}/"
    await (await admin(app, shut)).patch(path, {"is_public": False})
    assert await titles(app.guest) == ["Gone"]
    await (await admin(app, gone)).delete(f"/boards/{gone['board']['id']}/")
    assert await titles(app.guest) == []


async def test_i_find_what_i_made_private_or_not_and_nothing_else(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    await app.board(ann, title="First", is_public=False)
    theirs = (await app.board(bob, title="Bob's"))["board"]["id"]
    await ann.post(f"/boards/{theirs}/notes/", {"content": "x"})
    gone = await app.board(ann, title="Gone")
    await app.board(ann, title="Last")
    await (await admin(app, gone)).delete(f"/boards/{gone['board']['id']}/")
    for path in ("/boards/mine/", "/boards/history/"):
        assert await titles(ann, path) == ["Last", "First"]
        assert await titles(bob, path) == ["Bob's"]
        assert await titles(await app.ghost(), path) == []
        assert (await app.guest.get(path)).error == "unauthenticated"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=best", "sort"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("search=%00", "search"),
        ("search=" + "+".join("abcdefghi"), "search"),
        ("cursor=x", "cursor"),
        ("cursor=popular.5", "cursor"),
        ("sort=popular&cursor=recent.5.00000000-0000-4000-8000-000000000000", "cursor"),
        ("cursor=recent.5.-----------------------------------x", "cursor"),
        ("cursor=recent.5.------------------------------------", "cursor"),
    ],
)
async def test_a_wrong_question_is_refused_by_name(
    app: App, query: str, field: str
) -> None:
    answer = await app.guest.get(f"/boards/discover/?{query}")
    assert answer.status in {400, 422}, answer.text
    assert field in answer.json["details"], answer.text
