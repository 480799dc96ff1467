"""Boards and notes over REST, as a client meets them."""

from tests.kit.app import App


async def test_a_board_is_made_written_to_and_read(app: App) -> None:
    ann = await app.ghost()
    made = await app.board(ann, title="Retro")
    board = made["board"]["id"]
    assert made["share_url"] == f"/b/{board}"
    assert made["admin_url"] == f"/b/{board}#admin={made['admin_token']}"

    added = await ann.post(f"/boards/{board}/notes/", {"content": "hello"})
    assert added.status == 201, added.text
    note = added.json["result"]["id"]

    seen = await app.guest.get(f"/boards/{board}/")
    assert seen.status == 200
    assert seen.json["seq"] == added.json["seq"] == 2
    assert seen.json["board"]["title"] == "Retro"
    items = {(item["type"], item["id"]): item["data"] for item in seen.json["items"]}
    assert items["note", note]["content"] == "hello"
    assert ("signature", note) not in items

    done = await ann.post(
        f"/boards/{board}/do/",
        {"do": "edit_note", "with": {"note": note, "content": "bye"}},
    )
    assert done.json["seq"] == 3
