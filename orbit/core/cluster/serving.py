"""What a node does for the others with the boards that it owns.

It keeps who watches what, tells each watching node once what was committed, and beacons
every second how far its boards are: a beacon that is missing says that something was
lost.  Source: guarantees.md, 2.7.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence, Set

from msgspec import Struct

from orbit.core.actors.around import Live
from orbit.core.actors.presence import NOBODY, People, digest
from orbit.core.cluster import words
from orbit.core.codec import Entry
from orbit.core.types import BoardId, Principal

WATCH_S = 6.0  # a watch that is not said again ends
Say = Callable[[str, bytes], None]
Head = tuple[int, int, int]


class _Watcher(Struct):
    """A node that watches a board."""

    until: float
    people: People
    digest: int = 0  # of their ids
    parts: Sequence[bytes] = ()  # of a new list of ids, that have come


class Serving:
    """The other nodes that watch boards of this one."""

    def __init__(self, say: Say) -> None:
        """`say` sends an encoded word to an inc."""
        self._say = say
        self._watchers: dict[BoardId, dict[str, _Watcher]] = {}
        self._people: dict[BoardId, People] = {}  # at all of its watchers; a cache

    def watchers(self, board: BoardId) -> Set[str]:
        """Return the incs that watch a board."""
        return self._watchers.get(board, {}).keys()

    def watch(
        self,
        sender: str,
        board: BoardId,
        interest: words.Interest,
        live: Live | None,
        now: float,
    ) -> bool:
        """Have a node told what comes after its seq; tell whether people changed.

        `live` is None while the board is waking: it is told when the board has risen.
        """
        watchers = self._watchers.setdefault(board, {})
        watcher = watchers.get(sender)
        if watcher is None:
            watcher = watchers[sender] = _Watcher(0.0, NOBODY)
            if live:
                self._level(sender, board, live, interest.since)
        watcher.until = now + WATCH_S
        if interest.people != watcher.digest:
            self._say(sender, words.encode(words.Who(board)))
        if interest.guests == watcher.people.guests:
            return False
        self._met(board, watcher, People(watcher.people.ids, interest.guests))
        return True

    def present(self, sender: str, word: words.Present) -> bool:
        """Take a part of who is at a node; tell whether that is all, and is known now.

        A list with a part that was lost is dropped: with the next watch it is asked
        for again.
        """
        watcher = self._watchers.get(word.board, {}).get(sender)
        if watcher is None:
            return False
        parts = watcher.parts if word.part else ()
        watcher.parts = [*parts, word.ids] if len(parts) == word.part else ()
        if not watcher.parts or not word.is_last:
            return False
        ids, watcher.parts = words.ids_of(b"".join(watcher.parts)), ()
        watcher.digest = digest(ids)
        self._met(word.board, watcher, People(ids, watcher.people.guests))
        return True

    def _met(self, board: BoardId, watcher: _Watcher, people: People) -> None:
        watcher.people = people
        self._people.pop(board, None)

    def unwatch(self, sender: str, board: BoardId) -> None:
        """Tell a node nothing more about a board."""
        watchers = self._watchers.get(board, {})
        watchers.pop(sender, None)
        self._people.pop(board, None)
        if not watchers:
            self._watchers.pop(board, None)

    def end(self, board: BoardId) -> Set[str]:
        """Have nobody watch a board here any more, and return who did."""
        self._people.pop(board, None)
        return self._watchers.pop(board, {}).keys()

    def risen(self, board: BoardId, live: Live) -> None:
        """Tell who watches already where the board is."""
        for inc in self.watchers(board):
            self._level(inc, board, live, live.seq)

    def published(self, board: BoardId, live: Live, entries: Sequence[Entry]) -> None:
        """Tell each watching node once."""
        if watchers := self._watchers.get(board):
            told = _bounded(words.Happened, board, live, live.seq, entries)
            for inc in watchers:
                self._say(inc, told)

    def say_to_all(self, board: BoardId, word: words.Word) -> None:
        """Say one thing to all nodes that watch a board."""
        if self.watchers(board):
            frame = words.encode(word)
            for inc in self.watchers(board):
                self._say(inc, frame)

    def signalled(self, board: BoardId, who: Principal, do: str, body: bytes) -> None:
        """Pass a signal on."""
        self.say_to_all(board, words.Signalled(board, who, do, body))

    def people(self, board: BoardId) -> People:
        """Return who is at the watching nodes; the same object until that changes."""
        watchers = self._watchers.get(board)
        if not watchers:
            return NOBODY
        if board not in self._people:
            at_each = [watcher.people for watcher in watchers.values()]
            ids = frozenset[int]().union(*(people.ids for people in at_each))
            self._people[board] = People(ids, sum(p.guests for p in at_each))
        return self._people[board]

    def beacon(
        self, heads: Callable[[BoardId], Head | None], now: float
    ) -> Set[BoardId]:
        """Tell every watching node how far its boards are; return who was lost.

        Lost are boards with a watcher that has not said for 6 s that it is one.
        """
        lost: set[BoardId] = set()
        beacons: defaultdict[str, dict[BoardId, Head]] = defaultdict(dict)
        for board, watchers in list(self._watchers.items()):
            for inc in [inc for inc, one in watchers.items() if one.until < now]:
                self.unwatch(inc, board)
                lost.add(board)
            if head := heads(board):
                for inc in watchers:
                    beacons[inc][board] = head
        for inc, all_heads in beacons.items():
            for part in words.parts(all_heads):
                self._say(inc, words.encode(words.Beacon(part)))
        return lost

    def _level(self, inc: str, board: BoardId, live: Live, since: int) -> None:
        entries = [] if since == live.seq else live.memory.since(since)
        self._say(inc, _bounded(words.Watched, board, live, live.seq, entries))


def _bounded(
    cls: type[words.Watched] | type[words.Happened],
    board: BoardId,
    live: Live,
    head: int,
    entries: Sequence[Entry] | None,
) -> bytes:
    """Return a word with entries, or without them if that were too long."""
    log_id, epoch = live.claim.log_id, live.claim.epoch
    told = words.encode(cls(board, log_id, epoch, head, entries))
    if len(told) <= words.MAX_BYTES:
        return told
    return words.encode(cls(board, log_id, epoch, head, None))
