"""Files as they are, out of memory: the web client, and the documents' viewers.

Every path is known before the first request, so none can lead elsewhere.  A file that
may change is asked for again each time and answered by its `ETag`.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from aiohttp import hdrs, web

from orbit.http.middleware import LOST
from orbit.http.routing import OPERATION, Handle, has_it, serve

TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
ENTRANCES = ("/sign-in", "/register", "/forgot", "/reset", "/verify", "/join")
OWN = (
    "/dashboard",
    "/notices",
    "/organisations",
    "/organisations/{org}",
    "/settings",
    "/account",
    "/privacy",
)


def _both(*paths: str) -> Sequence[str]:
    """Return paths without and with the slash behind them."""
    return [each for path in paths for each in (path, f"{path}/")]


CLIENT = "index.html"
# A page, and the paths at which it shows something.
PAGES: Mapping[str, Sequence[str]] = {
    CLIENT: ("/", *_both("/b/{board}", *ENTRANCES, *OWN)),
    "console/index.html": _both("/console"),
    "forms/index.html": _both("/waitlist", "/contact", "/investors", "/pilot"),
    "socket/index.html": _both("/api/docs/socket"),
}
REVALIDATE = "no-cache"
FOREVER = "public, max-age=31536000, immutable"


class Asset:
    """One file.  While `may_change`, it is read again when it has been written."""

    def __init__(self, path: Path, *, may_change: bool = False) -> None:
        self._path, self._may_change = path, may_change
        self._changed_at = 0
        self.type = TYPES[path.suffix]
        self._load()

    def _load(self) -> None:
        self._changed_at = self._path.stat().st_mtime_ns
        self.body = self._path.read_bytes()
        self.etag = f'"{sha256(self.body).hexdigest()[:32]}"'

    def answer(self, request: web.Request, caching: str) -> web.Response:
        """Return the file, or that the client has it."""
        if self._may_change and self._path.stat().st_mtime_ns != self._changed_at:
            self._load()
        headers: dict[str, str] = {hdrs.ETAG: self.etag, hdrs.CACHE_CONTROL: caching}
        if has_it(request, self.etag):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.type
        return web.Response(body=self.body, headers=headers)

    def missing(self) -> web.Response:
        """Return it as what says that there is nothing."""
        headers = {
            hdrs.CONTENT_TYPE: self.type,
            hdrs.CACHE_CONTROL: REVALIDATE,
            hdrs.VARY: hdrs.ACCEPT,
        }
        return web.Response(body=self.body, status=404, headers=headers)


def assets(folder: Path, *, may_change: bool = False) -> Mapping[str, Asset]:
    """Return the files below a folder that browsers know, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): Asset(path, may_change=may_change)
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES and path.is_file()
    }


def serving(
    asset: Asset,
    operation: str,
    caching: str = REVALIDATE,
    origins: Sequence[str] = (),
) -> Handle:
    """Return the handler that answers with a file; pages of `origins` may read it."""

    async def serve(request: web.Request) -> web.Response:
        request[OPERATION] = operation
        response = asset.answer(request, caching)
        if origins:
            response.headers[hdrs.VARY] = hdrs.ORIGIN
            origin = request.headers.get(hdrs.ORIGIN, "")
            if "*" in origins or origin.lower() in origins:
                response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin or "*"
        return response

    return serve


def mount_client(
    app: web.Application,
    folder: Path,
    *,
    may_change: bool,
    origins: Sequence[str] = (),
) -> None:
    """Serve the web client: its files, and its pages wherever they show something.

    Its modules may be imported by pages of `origins`, too: `<orbit-board>` is one.
    A browser at an address where there is nothing is told so by the client, too.
    """
    found = assets(folder, may_change=may_change)
    app[LOST] = found[CLIENT].missing
    for path, asset in found.items():
        if path in PAGES:
            for shown in PAGES[path]:
                serve(app, shown, serving(asset, "page"))
        else:
            serve(app, f"/{path}", serving(asset, "asset", origins=origins))
