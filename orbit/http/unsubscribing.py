"""The page behind a mail's last line, and the one click of RFC 8058.

Looking at it does nothing: programs that look through mails open links.  What is posted
stops them, whatever it says and whoever posts it: the link alone counts.
"""

from collections.abc import Awaitable, Callable
from html import escape

from aiohttp import hdrs, web

from orbit.core.errors import NotFound
from orbit.core.services.unsubscribing import PATH, Unsubscribing
from orbit.core.services.wording import catalogue
from orbit.core.services.wording.catalogue import Page
from orbit.http.languages import reads
from orbit.http.routing import OPERATION, Handle, expect, serve

SHAPE = """\
<!doctype html>
<html lang="{language}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/tokens.css">
<link rel="stylesheet" href="/app.css">
</head>
<body>
<main class="stack outgoing">
<h1>{title}</h1>
<div class="panel stack">
<p role="status">{says}</p>
{form}
</div>
</main>
</body>
</html>
"""
FORM = """\
<form method="post" action="{path}"><button class="button">{label}</button></form>"""

Shown = tuple[str, str]  # what a page says, and the form below, if there is one


def mount(app: web.Application, unsubscribing: Unsubscribing) -> None:
    """Serve the page, and what its buttons and mail programs do."""

    async def ask(token: str, words: Page) -> Shown:
        unsubscribing.address(token)
        return words.ask, _form(token, words.stop)

    async def stop(token: str, words: Page) -> Shown:
        await unsubscribing.stop(token)
        return words.stopped, _form(f"{token}/undo", words.resume)

    async def resume(token: str, words: Page) -> Shown:
        await unsubscribing.resume(token)
        return words.resumed, ""

    path = f"{PATH}/{{token}}"
    serve(app, path, _page(ask))
    app.router.add_post(path, _page(stop), expect_handler=expect)
    app.router.add_post(f"{path}/undo", _page(resume), expect_handler=expect)


def _page(do: Callable[[str, Page], Awaitable[Shown]]) -> Handle:
    async def run(request: web.Request) -> web.Response:
        request[OPERATION] = "unsubscribe"
        spoken, status, form = catalogue(reads(request)), 200, ""
        words = spoken.unsubscribing
        try:
            says, form = await do(request.match_info["token"], words)
        except NotFound:
            says, status = words.broken, 404
        text = SHAPE.format(
            language=spoken.language,
            dir=spoken.dir,
            title=escape(words.title),
            says=escape(says),
            form=form,
        )
        headers = {hdrs.CACHE_CONTROL: "no-store"}
        return web.Response(
            text=text, status=status, content_type="text/html", headers=headers
        )

    return run


def _form(path: str, label: str) -> str:
    return FORM.format(path=escape(f"{PATH}/{path}"), label=escape(label))
