"""`core.ports.Mailer`: a server that takes mail by SMTP, or a folder of files.

Only this file imports `aiosmtplib`.  A mail goes out encrypted, or to this machine.
"""

import asyncio
import logging
import os
import ssl
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from orbit.core.errors import Rejected, Unavailable
from orbit.core.ports import Mailer, Message

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
KEPT = 200  # files; the oldest of more are removed
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 587, "smtps": 465}


class Whole(UnstructuredHeader, BaseHeader):
    """A header of one line, as it is: folded, a long address is none any more.

    The library would decode what looks encoded in it, line breaks, too; and then
    whoever has typed it writes the headers that come next.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the text for what it says, in one line."""
        kwds |= {"decoded": " ".join(value.split()), "parse_tree": None}

    def fold(self, *, policy: Policy) -> str:
        """Return the header as it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


class Words(Whole):
    """A header that people read: encoded if it has to be, or looks as if it were."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header as it is sent."""
        is_plain = self.isascii() and "=?" not in self
        code = "us-ascii" if is_plain else "utf-8"
        words = Header(str(self), code, header_name=self.name)
        return f"{self.name}: {words.encode(linesep=policy.linesep)}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("to", Whole)
HEADERS.map_to_type("list-unsubscribe", Whole)
HEADERS.map_to_type("subject", Words)
POLICY = SMTP.clone(header_factory=HEADERS)


def composed(message: Message, sender: str, id: str) -> EmailMessage:
    """Return a mail as it goes over the wire: a text, and the same in HTML."""
    mail = EmailMessage(policy=POLICY)
    mail["From"], mail["To"] = sender, message.to
    mail["Subject"] = message.subject
    mail["Date"] = formatdate()
    host = parseaddr(sender)[1].rpartition("@")[2]
    mail["Message-ID"] = f"<{id}@{host}>"  # the same if it is sent again
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody is away from it
    if message.stop:
        mail["List-Unsubscribe"] = f"<{message.stop}>"
    if message.stop.startswith("https:"):  # RFC 8058, 3.1: or there is no one click
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    mail["Content-Language"] = message.language  # before, it would be of one part
    return mail


class SmtpMailer:
    """Sends by `smtp://user:password@host:port` (STARTTLS) or `smtps://` (TLS)."""

    def __init__(
        self, url: str, sender: str, *, tls: ssl.SSLContext | None = None
    ) -> None:
        """Begin; `tls` says whom to trust, in place of what the system does."""
        parts = urlsplit(url)
        self._host, self._port = _host(parts), parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username or "") or None
        self._password = unquote(parts.password or "") or None
        self._is_tls = parts.scheme == "smtps"
        # this machine needs none, and takes it if it is offered
        self._start_tls = None if self._host in LOCAL else True
        self._sender, self._tls = sender, tls

    async def send(self, message: Message, id: str) -> None:
        """Send a mail.

        Raises:
            Rejected: the server refused it for good.
            Unavailable: it was away, or wants it later; perhaps it took it.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await aiosmtplib.send(
                    composed(message, self._sender, id),
                    sender=parseaddr(self._sender)[1],
                    recipients=[message.to],  # whatever a header could be read as
                    hostname=self._host,
                    port=self._port,
                    username=self._user,
                    password=self._password,
                    use_tls=self._is_tls,
                    start_tls=None if self._is_tls else self._start_tls,
                    tls_context=self._tls,
                    timeout=TIMEOUT_S,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _refusal(min(each.code for each in refused.recipients)) from None
        except aiosmtplib.SMTPAuthenticationError:
            # of ours, not of this mail: it waits until somebody has mended it
            raise Unavailable("the mail server does not know us") from None
        except aiosmtplib.SMTPResponseException as refused:
            raise _refusal(refused.code) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            name = type(error).__name__  # what it says may hold an address
            raise Unavailable(f"no mail server: {name}") from None


def _host(parts: SplitResult) -> str:
    return parts.hostname or "localhost"


def _refusal(code: int) -> Rejected | Unavailable:
    """RFC 5321, 4.2.1: what begins with a 5 is for good."""
    said = f"the mail server says {code}"
    return Rejected(said) if code >= 500 else Unavailable(said)


class FolderMailer:
    """Writes each mail to a file, for whoever may read this machine's data folder."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    async def send(self, message: Message, id: str) -> None:
        """Write a mail; raise `Unavailable` if the disk does not take it."""
        text = composed(message, self._sender, id).as_bytes()
        try:
            await asyncio.to_thread(self._write, id, text)
        except OSError as error:
            raise Unavailable(f"no file for a mail: {error.strerror}") from None

    def _write(self, id: str, text: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{id}"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(text)
        draft.replace(self._folder / f"{id}.eml")
        mails = sorted(self._folder.glob("*.eml"), key=_age)
        for old in mails[:-KEPT]:
            old.unlink(missing_ok=True)


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # another process was faster
        return 0


def mailer(url: str | None, sender: str, folder: Path) -> Mailer:
    """Return the server at `url`; without one, the folder."""
    return SmtpMailer(url, sender) if url else FolderMailer(folder, sender)
