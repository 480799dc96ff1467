"""Postgres: the adapter that decides who may write a board, and keeps what was written.

One statement a round trip, each kept as text beside the function that runs it.  Errors
of asyncpg are translated in `errors.py` alone.  It must never know a kind.
"""
