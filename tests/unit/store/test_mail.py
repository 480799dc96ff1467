"""Mailers: a real server that takes mail by SMTP, and a folder."""

import stat
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from pathlib import Path

import pytest
from msgspec.structs import replace

from orbit.core.errors import Rejected, Unavailable
from orbit.core.ports import Message
from orbit.store import mail as mail_module
from orbit.store.mail import FolderMailer, SmtpMailer, mailer
from tests.kit.smtp import certificate, mail_server

HELLO = Message("ann@example.org", "Grüße 🪐", "Ein Text\n", "<p>Ein Text</p>\n")
SENDER = "Orbit <orbit@example.org>"
ASKED = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "Content-Language"),
}


async def test_a_mail_arrives_as_text_and_as_html() -> None:
    async with mail_server() as server:
        post = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        await post.send(HELLO, "7")
    (mail,), (envelope,) = server.mails, server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "orbit@example.org",
        ["ann@example.org"],
    )
    assert (mail["From"], mail["To"]) == (SENDER, "ann@example.org")
    assert mail["Subject"] == HELLO.subject
    assert mail["Message-ID"] == "<7@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind, said in (("plain", HELLO.text), ("html", HELLO.html)):
        part = mail.get_body((kind,))
        assert part is not None
        assert part.get_content().splitlines() == said.splitlines()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_mail_that_nobody_asked_for_says_where_to_stop_them(
    scheme: str,
) -> None:
    stop = f"{scheme}://orbit.example.org/unsubscribe/{'aB-_' * 40}"
    async with mail_server() as server:
        post = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        await post.send(replace(HELLO, language="de", stop=stop), "7")
        await post.send(HELLO, "8")
    unasked, asked = server.mails
    assert unasked["Content-Language"] == "de"
    sent = server.envelopes[0].content
    assert isinstance(sent, bytes)
    # in one line and as it is: what was broken or encoded, mail programs do not find
    assert f"List-Unsubscribe: <{stop}>\r\n".encode() in sent
    one_click = "List-Unsubscribe=One-Click" if scheme == "https" else None
    assert unasked["List-Unsubscribe-Post"] == one_click
    assert asked["List-Unsubscribe"] is None
    assert asked["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("ann@example.org", "=?utf-8?q?Hi=0AReply-To=3A_eve=40example.org?="),
        ("ann@example.org", "=?utf-8?q?Hi=0D=0A=0D=0A<b>Another mail</b>?="),
        ("=?utf-8?q?eve=40example.org=2C_ann?=@example.org", "Hi"),
        ("=?utf-8?q?ann=0AReply-To=3A_eve?=@example.org", "Hi"),
        ("ann@example.org", "Gruß " * 60 + "🪐"),
        ("ann@example.org", "x" * 255),
    ],
)
async def test_what_was_typed_says_what_it_says_and_nothing_to_a_server(
    to: str, subject: str
) -> None:
    async with mail_server() as server:
        post = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        await post.send(replace(HELLO, to=to, subject=subject), "7")
    (mail,), (envelope,) = server.mails, server.envelopes
    sent = envelope.content
    assert isinstance(sent, bytes)
    head = sent.partition(b"\r\n\r\n")[0]
    assert f"To: {to}\r\n".encode() in head
    assert set(mail.keys()) == ASKED
    assert max(map(len, head.split(b"\r\n"))) < 998  # RFC 5322, 2.1.1
    unfolded = message_from_bytes(sent)["Subject"].replace("\r\n", "").strip()
    assert str(make_header(decode_header(unfolded))) == subject


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_password_travels_encrypted(scheme: str) -> None:
    is_tls = scheme == "smtps"
    async with mail_server(
        tls=is_tls, starttls=not is_tls, user="orbit@x", password="s/cret"
    ) as server:
        url = f"{scheme}://orbit%40x:s%2Fcret@localhost:{server.port}"
        await SmtpMailer(url, SENDER, tls=certificate()[1]).send(HELLO, "1")
    assert server.was_tls == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(scheme: str) -> None:
    is_tls = scheme == "smtps"
    async with mail_server(tls=is_tls, starttls=not is_tls) as server:
        url = f"{scheme}://localhost:{server.port}"
        with pytest.raises(Unavailable):
            await SmtpMailer(url, SENDER).send(HELLO, "1")
    assert server.mails == []


async def test_a_distant_server_without_tls_gets_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_module, "LOCAL", frozenset())
    async with mail_server() as server:
        with pytest.raises(Unavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(HELLO, "1")
    assert server.mails == []


@pytest.mark.parametrize(
    ("says", "refusal"),
    [("550 no such box", Rejected), ("451 try later", Unavailable)],
)
async def test_a_refusal_says_whether_it_is_for_good(
    says: str, refusal: type[Exception]
) -> None:
    async with mail_server() as server:
        post = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        for field in ("says", "says_of_recipient"):
            setattr(server, field, says)
            with pytest.raises(refusal) as refused:
                await post.send(HELLO, "1")
            assert "ann" not in str(refused.value)
            setattr(server, field, "250 OK")
        await post.send(HELLO, "1")
    assert len(server.mails) == 1


async def test_a_wrong_password_is_mended_not_given_up() -> None:
    async with mail_server(starttls=True, user="orbit", password="right") as server:
        url = f"smtp://orbit:wrong@localhost:{server.port}"
        with pytest.raises(Unavailable):
            await SmtpMailer(url, SENDER, tls=certificate()[1]).send(HELLO, "1")


async def test_a_server_that_is_away_may_come_back() -> None:
    async with mail_server() as server:
        port = server.port
    with pytest.raises(Unavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(HELLO, "1")


async def test_without_a_server_mails_are_files_that_nobody_else_reads(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "mail"
    post = mailer(None, SENDER, folder)
    for _ in range(2):
        await post.send(HELLO, "7")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"]) == ("ann@example.org", HELLO.subject)


async def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "KEPT", 2)
    post = FolderMailer(tmp_path, SENDER)
    for id in "abc":
        await post.send(HELLO, id)
    assert sorted(file.stem for file in tmp_path.iterdir()) == ["b", "c"]


async def test_a_disk_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file in the way")
    with pytest.raises(Unavailable):
        await FolderMailer(tmp_path / "mail", SENDER).send(HELLO, "1")
