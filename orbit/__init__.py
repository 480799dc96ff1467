"""Orbit: every live thing is a board.

A board is one actor with one ordered journal, and whoever watches it sees exactly
that journal.  `core` holds the rules and the runtime, `http` speaks with browsers,
`store` with the outside; `node` wires the three and is the only one to know them all.
"""

__version__ = "0.1.0"
