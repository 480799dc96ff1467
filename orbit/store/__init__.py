"""The outside: Postgres, Redis, memory, files, mail and the clock.

Each adapter implements a port of `core.ports` under the same noun, and one contract
suite holds all adapters of a port to its promise.  It must never know a kind or `http`.
"""
