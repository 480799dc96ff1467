"""Whether this machine can run Orbit: a list of findings, each with a way out.

Looks, and at most starts the database that is there already; it makes nothing.
"""

import asyncio
import re
import resource
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from enum import StrEnum
from importlib import metadata
from urllib.parse import urlsplit

from msgspec import Struct

from orbit.core.errors import Unavailable
from orbit.database import running
from orbit.http.crowd import IS_COMPILED
from orbit.preflight import check
from orbit.settings import Settings
from orbit.store.embedded import CannotStart
from orbit.store.embedded.binaries import find_binaries, major_version
from orbit.store.passwords import Argon2Hasher
from orbit.store.postgres.connect import dial
from orbit.store.postgres.dsn import servers
from orbit.store.postgres.errors import FAILURES

ENOUGH_FILES = 4096
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CONNECT_S = 5


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other.  Blocks."""
    yield _python()
    yield _packages()
    yield _crowd()
    yield _passwords()
    yield from _settings(settings)
    yield from _database(settings)
    yield _redis(settings)
    yield _port(settings)
    yield _open_files()
    yield _browser()


def _crowd() -> Finding:
    if IS_COMPILED:
        return _ok("fan-out", "sockets are written to together, in C")
    words = (
        "sockets are written to one by one, at a third more CPU; with a C compiler"
        " and Python's headers, make .venv anew (Debian: apt install gcc python3-dev)"
    )
    return Finding("fan-out", Verdict.WARNING, words)


def _ok(name: str, words: str) -> Finding:
    return Finding(name, Verdict.OK, words)


def _warning(name: str, words: str) -> Finding:
    return Finding(name, Verdict.WARNING, words)


def _fault(name: str, words: str) -> Finding:
    return Finding(name, Verdict.FAULT, words)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return _ok("python", f"{version} at {sys.executable}")


def _packages() -> Finding:
    """Compare what is installed with what setup.cfg pins."""
    try:
        wanted = metadata.requires("orbit") or []
    except metadata.PackageNotFoundError:
        return _warning("packages", "orbit itself is not installed; bin/serve does it")
    pins = [re.match(r"([\w.-]+)==([\w.]+)(?!.*extra ==)", line) for line in wanted]
    wrong = [
        f"{pin[1]} {_installed(pin[1])} instead of {pin[2]}"
        for pin in pins
        if pin and _installed(pin[1]) != pin[2]
    ]
    if wrong:
        return _warning("packages", ", ".join(wrong))
    return _ok("packages", f"{sum(map(bool, pins))} as pinned")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _passwords() -> Finding:
    try:
        took_s = asyncio.run(_hashed())
    except Unavailable:
        return _fault("passwords", "no process can hash them; nobody signs in by one")
    return _ok("passwords", f"hashed in {took_s * 1000:.0f} ms, beside the node")


async def _hashed() -> float:
    hasher = Argon2Hasher()
    try:
        await hasher.hash("what begins the process")
        began = time.monotonic()
        await hasher.hash("a password")
        return time.monotonic() - began
    finally:
        await hasher.close()


def _settings(settings: Settings) -> Iterator[Finding]:
    faults = check(settings)
    for line in faults:
        yield _fault("settings", line)
    if not faults:
        yield _ok("settings", f"{settings.env}, data in {settings.data.absolute()}")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None:
        try:
            binaries = find_binaries(settings.pg_bin)
            words = f"Orbit starts its own {major_version(binaries)} from {binaries}"
        except CannotStart as error:
            yield _fault("postgres", str(error))
            return
        yield _ok("postgres", words)
        if not (settings.data / "postgres" / "PG_VERSION").exists():
            yield _ok("database", "will be made by the first start")
            return
    try:
        with running(settings) as dsn:
            found = asyncio.run(_durability(dsn))
    except (CannotStart, *FAILURES) as error:
        yield _fault("database", str(error) or type(error).__name__)
        return
    yield found


async def _durability(dsn: str) -> Finding:
    connection = await dial([*servers(dsn)], within_s=CONNECT_S)
    try:
        version = await connection.fetchval("SHOW server_version")
        off = [
            name
            for name in DURABLE
            if await connection.fetchval("SELECT current_setting($1)", name) == "off"
        ]
    finally:
        await connection.close()
    if off:
        return _fault(
            "database", f"{', '.join(off)} off: a power cut loses what was told"
        )
    return _ok("database", f"answers, version {version}, keeps what it commits")


def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return _ok("redis", "none: this node is alone")
    parts = urlsplit(settings.redis_url)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(parts.path)
        else:
            place = (parts.hostname or "localhost", parts.port or 6379)
            socket.create_connection(place, timeout=CONNECT_S).close()
    except OSError as error:
        return _fault("redis", f"does not answer: {error}")
    return _ok("redis", "takes connections")


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return _warning("port", f"{place} cannot be had now: {error.strerror}")
    return _ok("port", f"{place} is free")


def _open_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < ENOUGH_FILES:
        return _warning(
            "open files",
            f"{soft}, enough for about {soft * 8 // 10} sockets; ulimit -n",
        )
    return _ok("open files", f"{soft} (at most {hard})")


def _browser() -> Finding:
    for name in BROWSERS:
        if found := shutil.which(name):
            return _ok("browser", f"{found}, for the tests")
    return _warning("browser", "no Chromium; browser tests will not run")
