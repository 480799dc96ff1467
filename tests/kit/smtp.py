"""A real mail server, on the test's own loop: aiosmtpd, which is nobody's client."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import catch_warnings, filterwarnings

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


class MailServer:
    """What came, and what is said to the next mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.was_tls: list[bool] = []
        self.says = "250 OK"
        self.says_of_recipient = "250 OK"
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.says_of_recipient

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.says.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail: Any = message_from_bytes(envelope.content, policy=default)
            self.mails.append(mail)
            self.envelopes.append(envelope)
            transport = server.transport
            assert transport is not None
            self.was_tls.append(transport.get_extra_info("cipher") is not None)
        return self.says


@cache
def certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server on loopback shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of tests")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(private + made.public_bytes(Encoding.PEM))
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(chain)
    theirs = ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())
    return ours, theirs


@asynccontextmanager
async def mail_server(
    *, tls: bool = False, starttls: bool = False, user: str = "", password: str = ""
) -> AsyncIterator[MailServer]:
    """Listen on a free port; `user` has to log in, if there is one."""
    house = MailServer()

    def authenticated(
        _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: Any
    ) -> AuthResult:
        is_right = said == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=is_right, handled=False)

    def connected() -> SMTP:
        with catch_warnings():
            # it takes a connection that is encrypted from the first byte for plain
            filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
            return SMTP(
                house,
                hostname="mail.test",
                tls_context=certificate()[0] if starttls else None,
                require_starttls=starttls,
                authenticator=authenticated if user else None,
                auth_required=bool(user),
                auth_require_tls=starttls,
                loop=asyncio.get_running_loop(),
            )

    context = certificate()[0] if tls else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=context)
    house.port = server.sockets[0].getsockname()[1]
    try:
        yield house
    finally:
        server.close()
        await server.wait_closed()
