"""What is written by hand goes as it is, and to no log."""

from orbit.core.services.mailing import Circular
from tests.kit.app import App, running

ANN, BOB = "ann@example.org", "bob@example.org"
SITE = "https://orbit.test"


async def sent(app: App, **more: str) -> int:
    said = Circular([ANN, BOB], "$words", "one $site\n  two\n", SITE, **more)
    return await app.core.mail.mailing.send(said, "dev")


async def test_words_are_sent_as_they_are_and_fill_nothing_in() -> None:
    async with running() as app:
        assert await sent(app, language="de") == 2
        await app.core.mail.post.deliver()
        mails = app.mailbox.mails
    assert {mail.to for mail in mails} == {ANN, BOB}
    for mail in mails:
        assert mail.subject == "$words"
        assert mail.text.startswith("one $site\n  two\n")
        assert mail.language == "de"
        assert mail.stop in mail.text
    assert len({mail.stop for mail in mails}) == 2


async def test_without_a_key_it_goes_each_time() -> None:
    async with running() as app:
        await sent(app)
        await sent(app)
        await app.core.mail.post.deliver()
        assert len(app.mailbox.mails) == 4


def test_no_log_shows_it() -> None:
    assert "ann" not in repr(Circular([ANN], "s", "t", SITE))
