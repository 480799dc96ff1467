"""Which database a process uses: the one it was given, or one that it starts itself.

It must never know what is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from orbit.settings import Settings
from orbit.store.embedded import EmbeddedPostgres


def embedded(settings: Settings) -> EmbeddedPostgres | None:
    """Return the server to start and to heal; None if a database was given."""
    if settings.database_url is not None:
        return None
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
    server = embedded(settings)
    if server is None:
        assert settings.database_url is not None  # noqa: S101 - for the type checker
        yield settings.database_url
        return
    try:
        yield server.start()
    finally:
        server.stop()
