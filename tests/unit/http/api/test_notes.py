"""Notes under their own paths: the same commands, the same table of rights."""

from typing import Any

import pytest

from tests.kit.app import App, Client


async def note(by: Client, board: str, **body: Any) -> str:
    added = await by.post(f"/boards/{board}/notes/", {"content": "hello", **body})
    assert added.status == 201, added.text
    return str(added.json["result"]["id"])


async def seen(by: Client, board: str) -> dict[str, Any]:
    """Return the notes that somebody sees, by id."""
    view = (await by.get(f"/boards/{board}/")).json
    return {i["id"]: i["data"] for i in view["items"] if i["type"] == "note"}


async def test_a_note_lives_from_add_to_restore(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board, colour="FRESH", x=10, y=20)
    path = f"/boards/{board}/notes/{id}/"
    assert (await ann.patch(path, {"content": "bye"})).json["seq"] == 3
    assert (await ann.post(f"{path}move/", {"x": 1, "y": 2})).json["seq"] == 4
    after = (await seen(ann, board))[id]
    assert (after["content"], after["x"], after["y"]) == ("bye", 1, 2)
    assert (await ann.delete(path)).json["seq"] == 5
    assert await seen(ann, board) == {}
    assert (await ann.post(f"{path}restore/")).json["seq"] == 6
    assert id in await seen(ann, board)


async def test_one_patch_changes_several_things(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    change = {"content": "bye", "colour": "COOL", "x": 5, "y": 6}
    path, key = f"/boards/{board}/notes/{id}/", {"Idempotency-Key": "p1"}
    first = await ann.patch(path, change, headers=key)
    again = await ann.patch(path, change, headers=key)
    assert first.json == again.json
    assert first.json["seq"] == 5
    after = (await seen(ann, board))[id]
    assert {name: after[name] for name in change} == change


async def test_a_patch_with_one_bad_field_changes_nothing(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    path = f"/boards/{board}/notes/{id}/"
    refused = await ann.patch(path, {"content": "bye", "colour": "RED", "x": 1})
    assert (refused.status, set(refused.json["details"])) == (422, {"colour", "y"})
    assert (await seen(ann, board))[id]["content"] == "hello"
    for nothing in ({}, {"author": "me"}):
        refused = await ann.patch(path, nothing)
        assert refused.status == 400
        assert set(refused.json["details"]) == {"content", "colour", "x", "y"}


async def test_upvotes_are_toggled_and_never_ones_own(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    board = (await app.board())["board"]["id"]
    id = await note(ann, board, x=100)
    path = f"/boards/{board}/notes/{id}/upvote/"
    own = await ann.post(path)
    assert (own.status, own.error) == (409, "conflict")
    for upvotes in (1, 0, 1):
        assert (await bob.post(path)).status == 200
        assert (await seen(bob, board))[id]["upvotes"] == upvotes
    assert (await seen(bob, board))[id]["x"] == 95  # pulled once


async def test_an_admin_moves_and_never_edits_others_notes(app: App) -> None:
    ann, made = await app.ghost(), await app.board()
    board, admin = made["board"]["id"], app.guest.with_link(made["admin_token"])
    id = await note(ann, board)
    path = f"/boards/{board}/notes/{id}/"
    assert (await admin.post(f"{path}move/", {"x": 1, "y": 1})).status == 200
    assert (await admin.patch(path, {"content": "mine"})).status == 403
    assert (await admin.delete(path)).status == 403


async def test_author_cannot_move_note_to_other_board(app: App) -> None:
    ann = await app.ghost()
    here, there = [(await app.board())["board"]["id"] for _ in range(2)]
    id = await note(ann, here)
    other = await ann.patch(f"/boards/{there}/notes/{id}/", {"content": "x"})
    assert (other.status, other.error) == (404, "not_found")
    body = {"content": "bye", "board": there, "note": "another"}
    assert (await ann.patch(f"/boards/{here}/notes/{id}/", body)).status == 200
    assert (await seen(ann, here))[id]["content"] == "bye"
    assert await seen(ann, there) == {}


async def test_toggle_vote_checks_object_rules(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    made = await app.board(ann, is_public=False)
    board = made["board"]["id"]
    id = await note(ann, board)
    for who in (bob, app.guest):
        answer = await who.post(f"/boards/{board}/notes/{id}/upvote/")
        assert answer.status == 403


async def test_a_guest_looks_and_does_not_write(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    for method, path, body in (
        ("POST", "", {"content": "x"}),
        ("PATCH", f"{id}/", {"content": "x"}),
        ("DELETE", f"{id}/", None),
        ("POST", f"{id}/upvote/", None),
    ):
        answer = await app.guest.call(method, f"/boards/{board}/notes/{path}", body)
        assert (answer.status, answer.error) == (403, "forbidden")


@pytest.mark.parametrize("id", ["nope", "%00", "%ff", "n" * 300])
async def test_bad_note_ids_are_4xx(app: App, id: str) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    path = f"/boards/{board}/notes/{id}/"
    for method, tail, body in (
        ("PATCH", "", {"content": "x"}),
        ("DELETE", "", None),
        ("POST", "move/", {"x": 1, "y": 1}),
        ("POST", "restore/", None),
        ("POST", "upvote/", None),
    ):
        assert (await ann.call(method, path + tail, body)).status == 404
