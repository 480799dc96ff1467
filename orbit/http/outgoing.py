"""Development's mails on a page, for whoever sits at this machine.

Where no server takes mail, mails are files; this shows the newest of them.  It is not
there in production, and answers nobody who comes from elsewhere: a code signs in.
"""

import ipaddress
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from heapq import nlargest
from html import escape
from pathlib import Path

from aiohttp import hdrs, web

from orbit.core.errors import Forbidden
from orbit.http.routing import OPERATION, serve
from orbit.settings import Settings

PATHS = ("/dev/mail", "/dev/mail/")
SHOWN = 50
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orbit: mails of this development node</title>
<link rel="stylesheet" href="/tokens.css">
<link rel="stylesheet" href="/app.css">
</head>
<body>
<main class="stack outgoing">
<h1>Mails</h1>
<p class="soft">Nobody was sent these: no mail server is set (ORBIT_MAIL_URL).
The newest comes first.</p>
{mails}
</main>
</body>
</html>
"""
MAIL = """\
<article class="panel stack">
<h2>{subject}</h2>
<p class="soft">To {to}, {date}</p>
<pre>{text}</pre>
</article>
"""
NONE = "<p>There are none yet.</p>"


def mount(app: web.Application, settings: Settings) -> None:
    """Serve the page, unless this is production."""
    if settings.is_production:
        return

    async def show(request: web.Request) -> web.Response:
        request[OPERATION] = "outgoing"
        if not _is_near(request):
            raise Forbidden("these mails are shown on their own machine alone")
        found = nlargest(SHOWN, settings.mail_folder.glob("*.eml"), key=_written)
        page = PAGE.format(mails="".join(_read(found)) or NONE)
        headers = {hdrs.CACHE_CONTROL: "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    for path in PATHS:
        serve(app, path, show)


def _is_near(request: web.Request) -> bool:
    """Tell whether somebody sits at this machine, and no proxy does for him."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        try:
            mail = message_from_bytes(path.read_bytes(), policy=default)
        except FileNotFoundError:
            continue
        body = mail.get_body(("plain",))
        yield MAIL.format(
            subject=escape(str(mail["Subject"])),
            to=escape(str(mail["To"])),
            date=escape(str(mail["Date"])),
            text=escape(body.get_content() if body else ""),
        )
