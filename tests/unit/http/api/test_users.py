"""An account as the products know it: a user."""

from tests.kit.app import App
from tests.kit.signed import ANN

ME = "/users/me/"


async def test_whoever_has_signed_in_by_a_code_is_a_user_too(app: App) -> None:
    ann = await app.account(ANN)
    user = (await ann.get(ME)).json
    assert (user["email"], user["email_verified"], user["username"]) == (ANN, True, "")
    assert user["role"] == "user"


async def test_a_ghost_is_no_user(app: App) -> None:
    for who in (app.guest, await app.ghost()):
        answer = await who.get(ME)
        assert (answer.status, answer.error) == (401, "unauthenticated")
