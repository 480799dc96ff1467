"""Starts a node that throws nobody out for malformed frames: garbage gets further in.

Takes the place of `orbit serve`.  Never part of the installed package.
"""

from orbit.cli import main
from orbit.core.protocol import session

if __name__ == "__main__":
    session.STRIKES = 1_000_000_000
    main(["serve"])
