"""What somebody wants has its effect."""

from tests.kit.app import App

ANN = "ann@example.org"


async def test_what_somebody_makes_is_his_if_he_wants_it(app: App) -> None:
    ann = await app.account(ANN)
    made = (await app.board(ann))["board"]["id"]
    seen = await ann.get(f"/boards/{made}/")
    assert seen.json["board"]["expires_at"] is not None
    await ann.patch("/settings/automation/", {"claim_boards": True})
    key = {"Idempotency-Key": "one"}
    once = await ann.post("/boards/", {"title": "Retro"}, headers=key)
    again = await ann.post("/boards/", {"title": "Retro"}, headers=key)
    assert once.status == again.status == 201
    seen = await ann.get(f"/boards/{once.json['board']['id']}/")
    assert seen.json["board"]["expires_at"] is None
    assert "admin" in seen.json["role"]
    assert seen.json["seq"] == once.json["seq"] == again.json["seq"]


async def test_an_address_that_stopped_the_mails_gets_none(app: App) -> None:
    ann = await app.account(ANN)
    path = "/settings/notifications/"
    told = await ann.patch(path, {"invitation_mails": False})
    assert told.json["notifications"]["invitation_mails"] is False
    made = await app.board()
    admin = app.guest.with_link(made["admin_token"])
    before = len(app.mailbox.mails)
    invite = f"/boards/{made['board']['id']}/invite/"
    assert (await admin.post(invite, {"email": ANN})).status == 202
    await app.core.mail.post.deliver()
    assert len(app.mailbox.mails) == before
    told = await ann.patch(path, {"invitation_mails": True})
    assert told.json["notifications"]["invitation_mails"] is True


async def test_nobody_stops_the_mails_of_an_address_that_is_perhaps_anothers(
    app: App,
) -> None:
    body = {"email": "bob@example.org", "password": "correct horse"}
    given = (await app.guest.post("/auth/register/", body)).json
    bob = app.guest.with_headers(Authorization=f"Bearer {given['access']}")
    for wanted in (True, False):
        body = {"invitation_mails": wanted, "organisations": False}
        refused = await bob.patch("/settings/notifications/", body)
        assert refused.status == 403
        assert "invitation_mails" in refused.text
    assert (await bob.get("/settings/")).json["notifications"]["organisations"]
