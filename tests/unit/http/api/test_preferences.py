"""Settings: what is told is kept, and what is not known is refused by its name."""

import pytest

from tests.kit.app import App

DEFAULT = {
    "notifications": {
        "invitations": True,
        "organisations": True,
        "invitation_mails": True,
        "security": True,
    },
    "automation": {"claim_boards": False, "clear_read_after_days": 30},
}
NOTIFICATIONS, AUTOMATION = "/settings/notifications/", "/settings/automation/"


async def test_what_is_told_is_kept_and_the_rest_stays(app: App) -> None:
    ann = await app.account("ann@example.org")
    assert (await ann.get("/settings")).json == DEFAULT
    said = {"organisations": False, "invitation_mails": False, "security": True}
    quiet = {**DEFAULT["notifications"], **said}
    for _ in "ab":
        told = (await ann.patch(NOTIFICATIONS, said)).json
        assert told == {**DEFAULT, "notifications": quiet}
    busy = {"claim_boards": True, "clear_read_after_days": 7}
    await ann.patch(AUTOMATION, busy)
    assert (await ann.patch(NOTIFICATIONS, {})).json == {
        "notifications": quiet,
        "automation": busy,
    }
    bob = await app.account("bob@example.org")
    assert (await bob.get("/settings/")).json == DEFAULT


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (NOTIFICATIONS, {"digest": "weekly"}, "digest"),
        (NOTIFICATIONS, {"security": False}, "security"),
        (NOTIFICATIONS, {"invitations": 1}, "invitations"),
        (AUTOMATION, {"claim_boards": True, "archive": True}, "archive"),
        (AUTOMATION, {"clear_read_after_days": 91}, "clear_read_after_days"),
    ],
)
async def test_a_refusal_names_the_field(
    app: App, path: str, body: object, field: str
) -> None:
    ann = await app.account("ann@example.org")
    refused = await ann.patch(path, body)
    assert (refused.status, list(refused.json["details"])) == (422, [field])
    assert (await ann.get("/settings/")).json == DEFAULT
