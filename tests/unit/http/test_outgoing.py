"""Development's mails on a page: for whoever sits at the machine, and nobody else."""

from pathlib import Path

import pytest

from orbit.core.ports import Message
from orbit.store.mail import FolderMailer
from tests.kit.app import App, running, settings


def mail(name: str) -> Message:
    return Message("ann@example.org", f"From {name}", f"Hi {name}", "<p>Hi</p>")


async def shown(app: App, **headers: str) -> str:
    answer = await app.guest.get("//dev/mail/", headers=headers)
    assert answer.status == 200, answer.text
    return answer.text


async def test_the_newest_mail_comes_first_and_is_no_html(tmp_path: Path) -> None:
    given = settings(data=tmp_path)
    post = FolderMailer(given.mail_folder, given.mail_from)
    async with running(given=given) as app:
        assert "none yet" in await shown(app)
        for id, name in (("1", "Ann"), ("2", "<b>Bob</b>")):
            await post.send(mail(name), id)
        page = await shown(app)
    assert page.index("Bob") < page.index("Hi Ann")
    assert "<b>Bob" not in page
    assert "&lt;b&gt;Bob" in page


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_who_comes_through_a_proxy_is_shown_nothing(
    tmp_path: Path, name: str
) -> None:
    async with running(given=settings(data=tmp_path)) as app:
        answer = await app.guest.get("//dev/mail/", headers={name: "127.0.0.1"})
    assert (answer.status, answer.error) == (403, "forbidden")


async def test_in_production_there_is_no_such_page(tmp_path: Path) -> None:
    async with running(given=settings(data=tmp_path, env="production")) as app:
        for path in ("//dev/mail/", "//dev/mail"):
            assert (await app.guest.get(path)).status == 404
