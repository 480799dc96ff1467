"""Which database a process uses: the one it was given, or one that it starts itself.

It must never know what is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from orbit.settings import Settings
from orbit.store.embedded import EmbeddedPostgres


def embedded(settings: Settings) -> EmbeddedPostgres:
    """Return the server that is used when no database was given."""
    return EmbeddedPostgres(
        settings.data / "postgres",
        binaries=settings.pg_bin,
        account=settings.pg_user,
    )


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
