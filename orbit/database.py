"""Which database a process uses: the one it was given, or one that it starts itself.

It must never know what is stored.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from orbit.settings import Settings
from orbit.store.embedded import EmbeddedPostgres


def embedded(settings: Settings) -> EmbeddedPostgres:
    """Return the server that is used when no database was given."""
    return EmbeddedPostgres(
        settings.data / "postgres",
        settings=_room(settings.workers),
        binaries=settings.pg_bin,
        account=settings.pg_user,
    )


def _room(workers: int) -> Mapping[str, str]:
    """Give several nodes as many connections as they have lanes, and some to spare."""
    return {"max_connections": str(40 + 15 * workers)} if workers > 1 else {}


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """Give the DSN of a database that runs, for a command that soon ends.  Blocks.

    Raises:
        CannotStart: the embedded server does not run.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = embedded(settings)
    try:
        yield server.start()
    finally:
        server.stop()
