"""Links by mail: whose each is, and that none takes another's away."""

from datetime import timedelta

import pytest

from orbit.core.errors import RateLimited, Unauthenticated
from orbit.core.services.addresses import VERIFY
from orbit.core.services.links import Links, Way
from orbit.core.services.resets import RESET
from tests.kit.app import App
from tests.kit.signed import ANN, SITE, Ahead


@pytest.fixture
def links(app: App) -> Links:
    return app.core.auth.links


async def sent(app: App, way: Way, account: str = "") -> str:
    """Have a link sent; return its token."""
    await app.core.auth.links.send(way, ANN, SITE, account=account, was=ANN)
    await app.core.mail.post.deliver()
    return app.mailbox.link(ANN, way.page)


async def test_a_link_is_good_once_and_says_who_asked(app: App, links: Links) -> None:
    token = await sent(app, VERIFY, "bob")
    assert links.read(VERIFY, token) == await links.use(VERIFY, token)
    named = links.read(VERIFY, token)
    assert (named.email, named.account, named.was) == (ANN, "bob", ANN)
    with pytest.raises(Unauthenticated):
        await links.use(VERIFY, token)


async def test_a_link_leads_one_way_alone(app: App, links: Links) -> None:
    token = await sent(app, VERIFY)
    for wrong in (token[1:], "x", "é"):
        with pytest.raises(Unauthenticated):
            links.read(VERIFY, wrong)
    with pytest.raises(Unauthenticated):
        links.read(RESET, token)


async def test_nobody_voids_anothers_link_by_asking(app: App, links: Links) -> None:
    first, other = await sent(app, VERIFY, "ann"), await sent(app, VERIFY, "eve")
    second = await sent(app, VERIFY, "ann")
    for good in (other, second):
        await links.use(VERIFY, good)
    with pytest.raises(Unauthenticated):
        await links.use(VERIFY, first)


async def test_who_asks_in_anothers_name_does_not_void_what_that_one_was_sent(
    app: App, links: Links, clock: Ahead
) -> None:
    tokens = []
    for _ in range(5):
        clock.by += timedelta(seconds=1)
        tokens.append(await sent(app, RESET))
    for void in tokens[:2]:
        with pytest.raises(Unauthenticated):
            await links.use(RESET, void)
    await links.use(RESET, tokens[3])
    for void in (tokens[2], tokens[4]):  # that was chosen: the others are void
        with pytest.raises(Unauthenticated):
            await links.use(RESET, void)


async def test_a_link_of_a_day_outlives_the_hour_in_which_mails_are_counted(
    app: App, links: Links, clock: Ahead
) -> None:
    tokens = [await sent(app, VERIFY, each) for each in "abcde"]
    with pytest.raises(RateLimited):
        await sent(app, VERIFY, "f")
    clock.by = timedelta(hours=23)
    await app.core.auth.sign_in.purge()
    await links.use(VERIFY, tokens[0])
    clock.by = timedelta(hours=24)
    with pytest.raises(Unauthenticated):
        await links.use(VERIFY, tokens[1])
    clock.by = timedelta(hours=26)
    await app.core.auth.sign_in.purge()
    assert app.place.world.codes == {}
