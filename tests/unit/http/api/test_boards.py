"""Boards over REST: made, read, edited, deleted; links, keys, lists, the journal."""

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from orbit.http.api.boards import After
from tests.kit.app import App, Client, until

NOWHERE = "00000000-0000-4000-8000-000000000000"


def items(answer: Any, type: str) -> dict[str, Any]:
    """Return the items of a type in a board's answer, by id."""
    return {i["id"]: i["data"] for i in answer.json["items"] if i["type"] == type}


async def note(by: Client, board: str, content: str = "hello") -> str:
    """Add a note and return its id."""
    added = await by.post(f"/boards/{board}/notes/", {"content": content})
    assert added.status == 201, added.text
    return str(added.json["result"]["id"])


async def test_a_board_is_made_and_its_links_lead_to_it(app: App) -> None:
    made = await app.board(title="Retro")
    board = made["board"]
    assert board["title"] == "Retro"
    assert board["kind"] == "feedback"
    assert board["is_public"] is True
    assert board["created_at"].endswith("Z")
    assert made["seq"] == 1
    assert made["share_url"] == f"/b/{board['id']}"
    assert made["admin_url"] == f"{made['share_url']}#admin={made['admin_token']}"


async def test_a_view_has_items_roles_and_rights(app: App) -> None:
    ann, made = await app.ghost(), await app.board()
    board = made["board"]["id"]
    id = await note(ann, board)
    seen = await ann.get(f"/boards/{board}/")
    board_seen = {**made["board"], "notes": 1, "upvotes": 0}
    assert board_seen.items() <= seen.json["board"].items()
    assert seen.json["role"] == ["anyone", "participant"]
    assert "add_note" in seen.json["may"]
    assert seen.json["seq"] == 2
    assert items(seen, "note")[id]["content"] == "hello"
    assert items(seen, "signature") == {id: {}}
    others = await app.guest.get(f"/boards/{board}/")
    assert items(others, "signature") == {}


@pytest.mark.parametrize("id", [NOWHERE, "x", "%00", "%ff", "%F0%9F%98%80", "a" * 300])
@pytest.mark.parametrize("path", ["", "journal/", "items/note/", "stream/"])
async def test_bad_ids_are_4xx(app: App, id: str, path: str) -> None:
    ann = await app.ghost()
    for who in (app.guest, ann):
        answer = await who.get(f"/boards/{id}/{path}")
        assert (answer.status, answer.error) == (404, "not_found"), answer.text
    told = await ann.post(f"/boards/{id}/do/", {"do": "delete_board"})
    assert told.status == 404


async def test_ids_in_other_spellings_are_the_same_board(app: App) -> None:
    board = (await app.board())["board"]["id"]
    for spelling in (board.upper(), board.replace("-", "")):
        answer = await app.guest.get(f"/boards/{spelling}/")
        assert answer.json["board"]["id"] == board


async def test_only_the_admin_edits_and_deletes(app: App) -> None:
    ann, made = await app.ghost(), await app.board()
    board, admin = made["board"]["id"], app.guest.with_link(made["admin_token"])
    for who in (app.guest, ann, app.guest.with_link("nonsense")):
        refused = await who.patch(f"/boards/{board}/", {"title": "Mine"})
        assert (refused.status, refused.error) == (403, "forbidden")
        assert (await who.delete(f"/boards/{board}/")).status == 403
    edited = await admin.patch(f"/boards/{board}/", {"title": "Ours"})
    assert edited.json["seq"] == 2
    seen = await app.guest.get(f"/boards/{board}/")
    assert seen.json["board"]["title"] == "Ours"
    assert (await admin.delete(f"/boards/{board}/")).status == 200
    gone = await app.guest.get(f"/boards/{board}/")
    assert (gone.status, gone.error) == (410, "gone")


async def test_deleted_board_refuses_writes(app: App) -> None:
    ann, made = await app.ghost(), await app.board()
    board = made["board"]["id"]
    await app.guest.with_link(made["admin_token"]).delete(f"/boards/{board}/")
    refused = await ann.post(f"/boards/{board}/notes/", {"content": "late"})
    assert (refused.status, refused.error) == (410, "gone")


async def test_admin_link_works_on_private_boards(app: App) -> None:
    ann, made = await app.ghost(), await app.board(is_public=False)
    board = made["board"]["id"]
    refused = await ann.get(f"/boards/{board}/")
    assert (refused.status, refused.error) == (403, "private_board")
    for path in ("journal/", "items/note/", "stream/"):
        hidden = await ann.get(f"/boards/{board}/{path}")
        assert (hidden.status, hidden.error) == (403, "private_board")
    admin = ann.with_link(made["admin_token"])
    assert (await admin.get(f"/boards/{board}/")).status == 200
    assert await note(admin, board)


async def test_a_private_board_is_open_to_who_made_it(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    board = (await app.board(ann, is_public=False))["board"]["id"]
    assert (await ann.get(f"/boards/{board}/")).status == 200
    assert (await bob.get(f"/boards/{board}/")).status == 403


# Links -----------------------------------------------------------------------------


async def test_a_revoked_link_is_dead_and_the_new_one_works(app: App) -> None:
    made = await app.board()
    board, old = made["board"]["id"], app.guest.with_link(made["admin_token"])
    answer = await old.post(f"/boards/{board}/revoke-link/")
    assert answer.status == 200
    assert answer.json["admin_url"].endswith(f"#admin={answer.json['admin_token']}")
    assert (await old.patch(f"/boards/{board}/", {"title": "x"})).status == 403
    new = app.guest.with_link(answer.json["admin_token"])
    assert (await new.patch(f"/boards/{board}/", {"title": "x"})).status == 200


async def test_revoking_again_with_the_key_tells_the_same_link(app: App) -> None:
    made = await app.board()
    path = f"/boards/{made['board']['id']}/revoke-link/"
    admin = app.guest.with_link(made["admin_token"]).with_headers(
        **{"Idempotency-Key": "once"}
    )
    first, again = await admin.post(path), await admin.post(path)
    assert first.json == again.json


async def test_the_key_alone_tells_nobody_the_new_link(app: App) -> None:
    made = await app.board()
    path = f"/boards/{made['board']['id']}/revoke-link/"
    key = {"Idempotency-Key": "once"}
    mine = await app.guest.with_link(made["admin_token"]).post(path, headers=key)
    for stranger in (app.guest, app.guest.with_link("guess"), await app.ghost()):
        answer = await stranger.post(path, headers=key)
        assert answer.status in {403, 409}
        assert mine.json["admin_token"] not in answer.text


async def test_link_tokens_are_stored_hashed(app: App) -> None:
    made = await app.board()
    rows = app.place.world.boards.values()
    assert made["admin_token"] not in repr([vars(row) for row in rows])


# Keys ------------------------------------------------------------------------------


async def test_a_key_makes_one_board_of_two_calls(app: App) -> None:
    ann = await app.ghost()
    key = {"Idempotency-Key": "k1"}
    first = await ann.post("/boards/", {"title": "Retro"}, headers=key)
    again = await ann.post("/boards/", {"title": "Retro"}, headers=key)
    assert first.json == again.json
    other = await ann.post("/boards/", {"title": "Other"}, headers=key)
    assert (other.status, other.error) == (409, "id_reused")


async def test_a_key_belongs_to_the_ghost_who_used_it(app: App) -> None:
    ann, bob = await app.ghost(), await app.ghost()
    key = {"Idempotency-Key": "k1"}
    made = [
        (await who.post("/boards/", {"title": "Retro"}, headers=key)).json
        for who in (ann, bob, app.guest, app.guest)
    ]
    assert len({each["board"]["id"] for each in made}) == 4
    assert len({each["admin_token"] for each in made}) == 4


async def test_a_key_makes_one_note_of_two_calls(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    path, key = f"/boards/{board}/notes/", {"Idempotency-Key": "n1"}
    first = await ann.post(path, {"content": "hello"}, headers=key)
    again = await ann.post(path, {"content": "hello"}, headers=key)
    assert first.json == again.json
    other = await ann.post(path, {"content": "bye"}, headers=key)
    assert (other.status, other.error) == (409, "id_reused")
    assert len(items(await ann.get(f"/boards/{board}/"), "note")) == 1


async def test_the_op_of_a_body_is_a_key_too(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    body = {"do": "add_note", "with": {"content": "hello"}, "op": "o1"}
    first = await ann.post(f"/boards/{board}/do/", body)
    again = await ann.post(f"/boards/{board}/do/", body)
    assert first.json == again.json


async def test_a_guests_key_does_not_answer_for_another_guest(app: App) -> None:
    made = await app.board()
    path, key = f"/boards/{made['board']['id']}/", {"Idempotency-Key": "k1"}
    admin = app.guest.with_link(made["admin_token"])
    first = await admin.patch(path, {"title": "New"}, headers=key)
    assert (await admin.patch(path, {"title": "New"}, headers=key)).json == first.json
    stranger = await app.guest.patch(path, {"title": "New"}, headers=key)
    assert (stranger.status, stranger.error) == (403, "forbidden")


@pytest.mark.parametrize("key", ["", "k" * 256, "\u00e9"])
async def test_a_malformed_key_is_refused(app: App, key: str) -> None:
    answer = await app.guest.post(
        "/boards/", {"title": "x"}, headers={"Idempotency-Key": key}
    )
    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["details"]


# Commands --------------------------------------------------------------------------


async def test_every_field_that_is_wrong_is_named(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    bad = {"content": "", "colour": "RED", "x": "left", "y": 1e7, "anonymous": 1}
    for path, body in (
        (f"/boards/{board}/notes/", bad),
        (f"/boards/{board}/do/", {"do": "add_note", "with": bad}),
    ):
        answer = await ann.post(path, body)
        assert (answer.status, answer.error) == (422, "invalid")
        assert set(answer.json["details"]) == set(bad)
    made = await app.guest.post("/boards/", {"title": "", "is_public": "maybe"})
    assert set(made.json["details"]) == {"title", "is_public"}
    assert made.json["detail"] == made.json["message"]


@pytest.mark.parametrize(
    "do", ["open_board", "revoke_link", "join", "tick", "nope", ""]
)
async def test_no_dispatch_by_client_name(app: App, do: str) -> None:
    made = await app.board()
    admin = app.guest.with_link(made["admin_token"])
    answer = await admin.post(f"/boards/{made['board']['id']}/do/", {"do": do})
    assert answer.status in {400, 422}
    assert "do" in answer.json["details"]


async def test_a_signal_is_no_command(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    drag = {"do": "drag", "with": {"note": id, "x": 1, "y": 1}}
    assert (await ann.post(f"/boards/{board}/do/", drag)).status == 422


@pytest.mark.parametrize(
    "value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1e400"]
)
async def test_nan_and_infinity_refused(app: App, value: bytes) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    body = b'{"x": %b, "y": 0}' % value
    for path in (f"notes/{id}/move/", f"notes/{id}/"):
        method = "POST" if "move" in path else "PATCH"
        answer = await ann.call(method, f"/boards/{board}/{path}", body)
        assert answer.status in {400, 422}, answer.text
    seen = items(await ann.get(f"/boards/{board}/"), "note")[id]
    assert (seen["x"], seen["y"]) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "delete from users; drop table boards",
        "<script>alert(1)</script>",
        "{{7*7}} ${7*7} %s %(a)s",
        "nul is \\u0000, written out",
        "\u202eright to left\u202c \U0001f468\u200d\U0001f469\u200d\U0001f467 \u5b57",
    ],
)
async def test_honest_text_is_not_filtered(app: App, text: str) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board, text)
    seen = await app.guest.get(f"/boards/{board}/")
    assert items(seen, "note")[id]["content"] == text


@pytest.mark.parametrize(
    "title", ["\u4f1a\u8b70", "\u0627\u062c\u062a\u0645\u0627\u0639", "t" * 200]
)
async def test_titles_non_latin_and_200_chars(app: App, title: str) -> None:
    board = (await app.board(title=title))["board"]["id"]
    assert (await app.guest.get(f"/boards/{board}/")).json["board"]["title"] == title


async def test_an_unknown_kind_is_refused(app: App) -> None:
    answer = await app.guest.post("/boards/", {"title": "x", "kind": "chess"})
    assert (answer.status, list(answer.json["details"])) == (422, ["kind"])


# Reading again ---------------------------------------------------------------------


async def test_an_etag_saves_the_body_and_never_the_right(app: App) -> None:
    made = await app.board(is_public=False)
    path = f"/boards/{made['board']['id']}/"
    admin = app.guest.with_link(made["admin_token"])
    first = await admin.get(path)
    tag = first.headers["ETag"]
    assert tag == f'"{first.json["log_id"]}-1"'
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first.headers["Vary"]
    same = await admin.get(path, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (same.status, same.text, same.headers["ETag"]) == (304, "", tag)
    refused = await app.guest.get(path, headers={"If-None-Match": tag})
    assert refused.status == 403
    await admin.patch(path, {"title": "New"})
    assert (await admin.get(path, headers={"If-None-Match": tag})).status == 200


async def test_a_right_that_was_lost_is_not_said_to_be_unchanged(app: App) -> None:
    made = await app.board()
    path = f"/boards/{made['board']['id']}/"
    admin = app.guest.with_link(made["admin_token"])
    had = await admin.get(path)
    assert (await admin.post(f"{path}revoke-link/")).status == 200
    after = await admin.get(path, headers={"If-None-Match": had.headers["ETag"]})
    assert after.status == 200
    assert "admin" in had.json["role"]
    assert after.json["role"] == ["anyone"]


async def test_whatever_says_who_asks_keeps_answers_apart_in_a_cache(app: App) -> None:
    board = (await app.board())["board"]["id"]
    vary = (await app.guest.get(f"/boards/{board}/")).headers["Vary"]
    assert {"Authorization", "Cookie", "X-Ghost-ID", "X-Admin-Token"} <= set(
        vary.split(", ")
    )


async def test_a_read_is_not_older_than_asked(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await app.board()
    path = f"/boards/{made['board']['id']}/"
    assert (await app.guest.get(f"{path}?min_seq=1")).status == 200
    unheard = await app.guest.get(f"{path}?min_seq=2")
    assert (unheard.status, list(unheard.json["details"])) == (422, ["min_seq"])
    assert (await app.guest.get(f"{path}?min_seq=2&log_id=another")).status == 200
    monkeypatch.setattr(app.core.boards.router, "decides", lambda _board: False)
    behind = await app.guest.get(f"{path}?min_seq=2")
    assert (behind.status, behind.error) == (503, "unavailable")
    assert behind.headers["Retry-After"] == "1"


async def test_a_journal_says_that_it_goes_on_wherever_it_is_read(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that follows the board's owner has not heard yet what the journal has."""
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    for content in "abcd":
        await note(ann, board, content)
    look = app.core.boards.router.look

    async def behind(*args: Any, **kwargs: Any) -> Any:
        return replace(await look(*args, **kwargs), seq=2)

    monkeypatch.setattr(app.core.boards.router, "look", behind)
    last, head = 0, 1
    while last < head:
        path = f"/boards/{board}/journal/?since={last}&limit=2"
        page = (await ann.get(path)).json
        last, head = page["changes"][-1]["seq"], page["head"]
    assert last == 5


# Lists -----------------------------------------------------------------------------


async def walk(by: Client, path: str, limit: int) -> Iterable[str]:
    """Return the ids of all pages."""
    ids: list[str] = []
    cursor = ""
    while True:
        page = (await by.get(f"{path}?limit={limit}&cursor={cursor}")).json
        ids += [found["id"] for found in page["results"]]
        if page["next"] is None:
            return ids
        cursor = page["next"]


async def test_pages_hold_every_item_once(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    made = [await note(ann, board, f"note {n}") for n in range(7)]
    path = f"/boards/{board}/items/note/"
    for limit in (1, 3, 7, 100):
        assert sorted(made) == list(await walk(app.guest, path, limit))


async def test_items_are_filtered_for_who_asks(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    path = f"/boards/{board}/items/signature/"
    assert list(await walk(ann, path, 10)) == [id]
    assert list(await walk(app.guest, path, 10)) == []


async def test_search_keeps_what_holds_all_words(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    wanted = await note(ann, board, "The coffee was COLD")
    await note(ann, board, "The coffee was good")
    found = await app.guest.get(f"/boards/{board}/items/note/?search=cold%20coffee")
    assert [each["id"] for each in found.json["results"]] == [wanted]


@pytest.mark.parametrize("words", ["+".join("abcdefghi"), "a" * 65])
async def test_what_is_dear_to_search_for_is_refused(app: App, words: str) -> None:
    board = (await app.board())["board"]["id"]
    refused = await app.guest.get(f"/boards/{board}/items/note/?search={words}")
    assert (refused.status, refused.error) == (422, "invalid")
    limits = "at most 8 words of 64 characters"
    assert refused.json["details"] == {"search": [limits]}
    most = "+".join(["a" * 20] * 8)
    found = await app.guest.get(f"/boards/{board}/items/note/?search={most}")
    assert found.status == 200


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=abc",
        "limit=1e3",
        "cursor=%00",
        "cursor=abc",
        "cursor=board.abc",
        "cursor=note.",
    ],
)
async def test_a_malformed_page_is_refused(app: App, query: str) -> None:
    board = (await app.board())["board"]["id"]
    answer = await app.guest.get(f"/boards/{board}/items/note/?{query}")
    assert (answer.status, answer.error) == (422, "invalid")
    assert list(answer.json["details"]) == [query.partition("=")[0]]


async def test_items_of_a_type_that_there_is_not_are_refused(app: App) -> None:
    board = (await app.board())["board"]["id"]
    answer = await app.guest.get(f"/boards/{board}/items/nope/")
    assert (answer.status, answer.error) == (422, "invalid")
    assert list(answer.json["details"]) == ["type"]


async def test_a_private_board_does_not_tell_its_types(app: App) -> None:
    board = (await app.board(is_public=False))["board"]["id"]
    for type in ("note", "nope"):
        answer = await app.guest.get(f"/boards/{board}/items/{type}/")
        assert answer.status == 403


@pytest.mark.parametrize("query", ["since=zz", "since=-1", "log=x&since=1.5"])
async def test_a_stream_from_a_place_that_is_none_is_refused(
    app: App, query: str
) -> None:
    board = (await app.board())["board"]["id"]
    answer = await app.guest.get(f"/boards/{board}/stream?{query}")
    assert (answer.status, answer.error) == (422, "invalid")
    assert list(answer.json["details"]) == ["since"]


async def test_page_limits_bounded(app: App) -> None:
    board = (await app.board())["board"]["id"]
    for author in [await app.ghost() for _ in range(4)]:
        for n in range(26):  # fewer than one author may write at once
            await note(author, board, f"{n}")
    path = f"/boards/{board}/"
    for limit in ("101", "100000", "9" * 40):
        page = (await app.guest.get(f"{path}items/note/?limit={limit}")).json
        assert len(page["results"]) == 100
    told = 1 + 4 * 26  # replay reads a journal whole: its pages are longer
    for asked, most in (("", 100), ("?limit=105", told), ("?limit=" + "9" * 40, told)):
        page = (await app.guest.get(f"{path}journal/{asked}")).json
        assert len(page["changes"]) == most
    assert After.model_validate_strings({"limit": "9" * 40}).limit == 1_000


async def test_the_journal_tells_a_removed_text_to_its_author_alone(app: App) -> None:
    """However much of it is read at once."""
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    made = await ann.post(f"/boards/{board}/notes/", {"content": "SECRET"})
    note = f"/boards/{board}/notes/{made.json['result']['id']}/"
    await ann.patch(note, {"content": "SECRET too"})
    await ann.delete(note)
    for query in ("since=0", "since=1&limit=1"):
        theirs = await app.guest.get(f"/boards/{board}/journal/?{query}")
        assert "SECRET" not in theirs.text
        assert '"note_added"' in theirs.text
    assert "SECRET" in (await ann.get(f"/boards/{board}/journal/?since=3")).text
    await ann.post(f"{note}restore/")
    back = await app.guest.get(f"/boards/{board}/journal/?since=0")
    assert "SECRET too" in back.text


async def test_the_journal_tells_a_hidden_text_to_its_author_and_admins_alone(
    app: App,
) -> None:
    ann, made = await app.ghost(), await app.board()
    admin, board = app.guest.with_link(made["admin_token"]), made["board"]["id"]
    id = await note(ann, board, "SECRET")
    await ann.patch(f"/boards/{board}/notes/{id}/", {"content": "SECRET too"})
    veiled = {"do": "hide_note", "with": {"note": id}}
    assert (await admin.post(f"/boards/{board}/do/", veiled)).status == 200
    for path in ("", "journal/?since=0", "journal/?since=1&limit=1", "items/note/"):
        theirs = await app.guest.get(f"/boards/{board}/{path}")
        assert theirs.status == 200
        assert "SECRET" not in theirs.text
    for reader in (ann, admin):
        assert "SECRET too" in (await reader.get(f"/boards/{board}/journal/")).text
    bared = {"do": "show_note", "with": {"note": id}}
    assert (await admin.post(f"/boards/{board}/do/", bared)).status == 200
    back = await app.guest.get(f"/boards/{board}/journal/?since=0")
    assert "SECRET too" in back.text


async def test_an_op_of_a_guest_is_his_together_with_his_link(app: App) -> None:
    made = await app.board()
    path, body = f"/boards/{made['board']['id']}/do/", {"title": "A"}
    asked = {"do": "edit_board", "with": body, "op": "1"}
    done = await app.guest.with_link(made["admin_token"]).post(path, asked)
    assert done.status == 200
    refused = await app.guest.post(path, asked)
    assert (refused.status, refused.error) == (403, "forbidden")
    again = await app.guest.with_link(made["admin_token"]).post(path, asked)
    assert again.json == done.json


async def test_the_journal_tells_what_happened_after_a_seq(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    id = await note(ann, board)
    told = (await app.guest.get(f"/boards/{board}/journal/?since=1")).json
    assert told["head"] == 2
    (change,) = told["changes"]
    assert (change["seq"], change["event"]) == (2, "note_added")
    assert [c["put"][:2] for c in change["changes"]] == [
        ["note", id],
        ["board", "board"],
    ]
    mine = (await ann.get(f"/boards/{board}/journal/?since=1")).json
    assert ["signature", id] in [c["put"][:2] for c in mine["changes"][0]["changes"]]
    assert (await ann.get(f"/boards/{board}/journal/?since=99")).json["changes"] == []


@pytest.mark.parametrize("since", ["-1", "abc", "1.5", "9" * 30, ""])
async def test_a_malformed_since_is_refused(app: App, since: str) -> None:
    board = (await app.board())["board"]["id"]
    answer = await app.guest.get(f"/boards/{board}/journal/?since={since}")
    assert (answer.status, list(answer.json["details"])) == (422, ["since"])


async def test_what_retention_removed_is_gone(app: App) -> None:
    ann, board = await app.ghost(), (await app.board())["board"]["id"]
    await note(ann, board)
    await app.place.forget(board, 1)
    assert (await ann.get(f"/boards/{board}/journal/?since=0")).status == 410
    assert (await ann.get(f"/boards/{board}/journal/?since=1")).status == 200


async def test_below_the_floor_one_is_told_where_to_go_on(app: App) -> None:
    made = await app.board()
    board, admin = made["board"]["id"], app.guest.with_link(made["admin_token"])
    await admin.patch(f"/boards/{board}/", {"title": "other"})
    await app.place.forget(board, 1)
    refused = await app.guest.get(f"/boards/{board}/journal/")
    assert (refused.status, refused.error) == (410, "gone")
    since = refused.json["details"]["floor"]
    page = await app.guest.get(f"/boards/{board}/journal/?since={since}")
    assert [change["seq"] for change in page.json["changes"]] == [2]


async def test_an_account_claims_its_board_and_is_its_admin(app: App) -> None:
    ann = await app.ghost()
    made = await app.board(ann)
    path = f"/boards/{made['board']['id']}/"
    refused = await ann.post(f"{path}claim/")
    assert (refused.status, refused.error) == (401, "unauthenticated")
    mine = await app.account("ann@example.org", ann)
    assert (await mine.patch(path, {"title": "New"})).status == 403
    assert (await mine.post(f"{path}claim/")).status == 200
    assert (await mine.patch(path, {"title": "New"})).status == 200
    seen = await app.guest.get(path)
    assert seen.json["board"]["expires_at"] is None
    other = await app.account("bob@example.org")
    assert (await other.post(f"{path}claim/")).status == 403
    taken = await other.with_link(made["admin_token"]).post(f"{path}claim/")
    assert (taken.status, taken.error) == (409, "conflict")


async def test_a_board_claimed_by_its_link_is_among_mine(app: App) -> None:
    made = await app.board(await app.ghost())
    bob = await app.account("bob@example.org")
    assert (await bob.get("/boards/mine/")).json["results"] == []
    path = f"/boards/{made['board']['id']}/claim/"
    assert (await bob.with_link(made["admin_token"]).post(path)).status == 200
    found = await until(lambda: bob.get("/boards/mine/"), lambda it: it.json["results"])
    (mine,) = found.json["results"]
    assert (mine["id"], mine["expires_at"]) == (made["board"]["id"], None)
