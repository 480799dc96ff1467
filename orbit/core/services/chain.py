"""Whether the trail is what was written: each row follows from the one before it.

Reads page by page, and keeps nothing but a hash.  Rows may be appended and purged
meanwhile.  Whoever can write the database anew, all of it, can make a chain that holds:
what tells of him is a mark that was noted elsewhere before.
"""

from collections.abc import AsyncIterator, Callable

from msgspec import Struct

from orbit.core.ports import Ends, Link, Trail

PAGE = 1_000


class Mark(Struct, frozen=True):
    """What a row was, for who notes it elsewhere: `12:9f86...`."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def of(cls, text: str) -> "Mark":
        """Read what was noted; raise `ValueError` if it is no such thing."""
        seq, hashed = text.strip().split(":")
        return cls(int(seq), bytes.fromhex(hashed))


class Flaw(Struct, frozen=True):
    """One thing that is wrong, and the row where it shows."""

    seq: int
    words: str


class Chain:
    """Follows the trail; `read` is told how many rows were."""

    def __init__(
        self,
        trail: Trail,
        read: Callable[[int], None] = lambda _rows: None,
        noted: Mark | None = None,
    ) -> None:
        self._trail, self._read, self._noted = trail, read, noted
        self.ends = Ends()
        self._last, self._hash = 0, b""
        self.rows = 0

    @property
    def mark(self) -> Mark:
        """The last row that was read."""
        return Mark(self._last, self._hash)

    async def flaws(self) -> AsyncIterator[Flaw]:
        """Give what is wrong, the first row first.

        Raises:
            Unavailable: the database did not answer; nothing is known.
        """
        self.ends = await self._trail.ends()
        self._last, self._hash = self.ends.floor, self.ends.floor_hash
        while page := await self._trail.links(self._last, PAGE):
            for link in page:
                async for flaw in self._take(link):
                    yield flaw
            self.rows += len(page)
            self._read(len(page))
        async for flaw in self._end():
            yield flaw

    async def _take(self, link: Link) -> AsyncIterator[Flaw]:
        if link.seq != self._last + 1:
            await self._purged(link)
        if link.seq <= self._last:
            return  # purged since it was read
        if link.seq != self._last + 1:
            yield Flaw(self._last + 1, f"rows are missing before {link.seq}")
        elif not link.follows(self._hash):
            yield Flaw(link.seq, "it is not what was written after the row before it")
        self._last, self._hash = link.seq, link.hash
        noted = self._noted
        if noted and noted.seq == link.seq and noted.hash != link.hash:
            yield Flaw(link.seq, "it is not the row that was noted")

    async def _purged(self, link: Link) -> None:
        """Go on after what was purged meanwhile, if that is what is missing."""
        ends = await self._trail.ends()
        if ends.floor >= link.seq - 1:
            self._last, self._hash = ends.floor, ends.floor_hash

    async def _end(self) -> AsyncIterator[Flaw]:
        """Compare with where the chain is said to end; it may have gone on since."""
        ends, last = await self._trail.ends(), self._last
        if last < self.ends.seq:
            yield Flaw(last + 1, f"rows are missing up to {self.ends.seq}")
        elif last > ends.seq or (last == ends.seq and self._hash != ends.hash):
            yield Flaw(last, "it is not the row that is said to be the last")
        if self._noted and self._noted.seq > last:
            yield Flaw(self._noted.seq, "the row that was noted is missing")
