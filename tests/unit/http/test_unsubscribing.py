"""Stopping mails that nobody asked for: by the page, and by one click."""

import re
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from orbit.core.ports import Message
from tests.kit.app import Answer, App, running

ANN = "ann@example.org"
ONE_CLICK = b"List-Unsubscribe=One-Click"  # RFC 8058, 3.2


class House:
    """Boards whose admins invite Ann."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.states: list[str] = []  # what the last one reads of his invites

    async def invite(self, email: str = ANN) -> tuple[Answer, Sequence[Message]]:
        """Invite to a new board; return the answer, and what was mailed."""
        made = await self.app.board(is_public=False)
        admin = self.app.guest.with_link(made["admin_token"])
        path, mails = f"/boards/{made['board']['id']}", self.app.mailbox.mails
        before = len(mails)
        said = await admin.post(f"{path}/invite/", {"email": email})
        await self.app.core.mail.post.deliver()
        listed = (await admin.get(f"{path}/invites/")).json["results"]
        self.states = [one["state"] for one in listed]
        return said, mails[before:]

    async def link(self) -> str:
        """Return the path of the link in an invite."""
        _, (mail,) = await self.invite()
        assert mail.stop in mail.text
        assert mail.stop in mail.html
        return "/" + re.sub("^https?://[^/]+", "", mail.stop)

    async def open(self, link: str, **headers: str) -> Answer:
        return await self.app.guest.get(link, headers=headers)

    async def press(self, page: Answer) -> Answer:
        """Press the one button of a page."""
        (path,) = re.findall('<form method="post" action="([^"]+)">', page.text)
        return await self.app.guest.post(f"/{path}")


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as app:
        yield House(app)


async def test_one_click_stops_them_and_whoever_invites_cannot_tell(
    house: House,
) -> None:
    link = await house.link()
    before, (_mail,) = await house.invite()
    seen = house.states
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in "ab":  # a mail program may say it twice
        clicked = await house.app.guest.post(link, ONE_CLICK, headers=form)
        assert clicked.status == 200
    after, mails = await house.invite()
    assert mails == []
    assert (after.status, after.text, house.states) == (202, before.text, seen)


async def test_nothing_is_stopped_by_looking_and_all_can_be_undone(
    house: House,
) -> None:
    asked = await house.open(await house.link())
    _, mails = await house.invite()
    assert len(mails) == 1
    stopped = await house.press(asked)
    _, mails = await house.invite()
    assert mails == []
    assert (await house.press(stopped)).status == 200
    _, mails = await house.invite()
    assert len(mails) == 1


async def test_others_are_still_invited_and_codes_still_come(house: House) -> None:
    await house.press(await house.open(await house.link()))
    _, mails = await house.invite("bob@example.org")
    assert len(mails) == 1
    assert await house.app.code(ANN)


async def test_whose_invite_was_not_mailed_may_come_in_all_the_same(
    house: House,
) -> None:
    await house.press(await house.open(await house.link()))
    await house.invite()
    ann = await house.app.account(ANN)
    boards = (await ann.get("/boards/invited/")).json["results"]
    assert len(boards) == 2


async def test_a_link_that_is_not_whole_is_told_as_a_page(house: House) -> None:
    link = await house.link()
    for answer in (await house.open(link[:-8]), await house.app.guest.post(link[:-8])):
        assert answer.status == 404
        assert "not whole" in answer.text
    _, mails = await house.invite()
    assert len(mails) == 1


@pytest.mark.parametrize(
    ("reads", "says"), [("de-AT", "Mails von Orbit"), ("fr", "Mails from Orbit")]
)
async def test_the_page_is_in_its_readers_language(
    house: House, reads: str, says: str
) -> None:
    page = await house.open(await house.link(), **{"Accept-Language": reads})
    assert f"<h1>{says}</h1>" in page.text
