"""What there is of somebody is in his file, and nothing of anybody else."""

import json
from typing import Any

import pytest

from orbit.core.services import my_data
from tests.kit.app import App, Client, until
from tests.kit.organisations import founded

ANN = "ann@example.org"
MARK = "only ann has said this"
NOT_HERS = "only bob has said this"


async def exported(who: Client) -> Any:
    answer = await who.get("/account/export/")
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


async def wrote(app: App, who: Client, text: str, boards: int = 2) -> list[str]:
    """Have somebody write on boards of others."""
    made = [(await app.board())["board"]["id"] for _ in range(boards)]
    for board in made:
        done = await who.post(f"/boards/{board}/notes/", {"content": text})
        assert done.status == 201, done.text
    return made


async def test_what_is_hers_is_in_it_and_what_is_anothers_is_not(app: App) -> None:
    ghost = await app.ghost()
    old = await wrote(app, ghost, f"{MARK}, before she signed in", 1)
    ann, bob = await app.account(ANN, by=ghost), await app.account("bob@example.org")
    new = await wrote(app, ann, MARK)
    await wrote(app, bob, NOT_HERS, 1)
    theirs = await bob.post(f"/boards/{new[0]}/notes/", {"content": NOT_HERS})
    note = theirs.json["result"]["id"]
    await ann.post(f"/boards/{new[0]}/notes/{note}/upvote/")
    await ann.patch("/users/me/", {"name": "Ann Lee", "bio": "tea"})
    await ann.patch("/settings/automation/", {"clear_read_after_days": 7})
    form = {"name": "Ann", "email": ANN, "message": "a word from the form"}
    asked = await app.guest.post("/contact/", form)
    assert asked.status == 201, asked.text
    told = await exported(ann)
    assert told["complete"]
    assert told["account"]["email"] == ANN
    assert told["account"]["about"]["bio"] == "tea"
    assert told["settings"]["keep_read_days"] == 7
    assert "a word from the form" in json.dumps(told["forms"])
    assert len(told["sign_ins"]) == 1
    assert {each["board"] for each in told["boards"]} == {*old, *new}
    said = json.dumps(told["boards"])
    assert (said.count(MARK), said.count('"type": "upvote"')) == (3, 1)
    assert NOT_HERS not in json.dumps(told)


async def test_nothing_in_it_lets_anybody_in(app: App) -> None:
    ghost = await app.ghost()
    ann = await app.account(ANN, by=ghost)
    told = json.dumps(await exported(ann))
    token = ann.headers["Authorization"].split()[1]
    for secret in (ghost.headers["X-Ghost-ID"], token, "sealed", "personas", "salt"):
        assert secret not in told


async def test_it_comes_in_pages(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_data, "PAGE", 2)
    ann = await app.account(ANN)
    (board,) = await wrote(app, ann, MARK, 1)
    for n in range(4):
        await ann.post(f"/boards/{board}/notes/", {"content": f"{MARK} {n}"})
    told = await exported(ann)
    items = [item for each in told["boards"] for item in each["items"]]
    assert len(told["boards"]) == 3
    assert sum(item["type"] == "note" for item in items) == 5
    assert sum(item["type"] == "signature" for item in items) == 5


async def test_what_erasing_does_is_told_and_it_changes_nothing(app: App) -> None:
    org = await founded(app)
    ann = org.people["ann"]
    await wrote(app, ann, MARK)
    await ann.post("/orgs/", {"name": "Alone"})
    me = "/account/erasure/"
    await until(lambda: ann.get(me), lambda told: told.json["boards"] == 2)
    told = (await ann.get(me)).json
    fates = {each["name"]: each["fate"] for each in told["organisations"]}
    assert fates == {"Alone": "removed", "Does": "removed"}
    assert (told["possible"], told["notes"], told["sign_ins"]) == (True, 2, 1)
    assert told["kept"] == {"trail": 400}
    await org.join("bob")
    told = (await ann.get(me)).json
    fates = {each["name"]: each["fate"] for each in told["organisations"]}
    assert (fates["Does"], told["possible"]) == ("needs_admin", False)
    assert (await ann.delete("/identity/ghost/me/")).status == 409
    bob = await org.account("bob")
    assert (await bob.get(me)).json["organisations"][0]["fate"] == "left"
