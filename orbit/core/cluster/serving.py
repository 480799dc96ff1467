"""What a node does for the others with the boards that it owns.

It keeps who watches what, tells each watching node once what was committed, and beacons
every second how far its boards are: a beacon that is missing says that something was
lost.  Source: guarantees.md, 2.7.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set

from msgspec import Struct

from orbit.core.actors.around import Live
from orbit.core.cluster import words
from orbit.core.codec import Entry
from orbit.core.types import BoardId, Principal

WATCH_S = 6.0  # a watch that is not said again ends
BEACON_BOARDS = 2_000  # in one word
Say = Callable[[str, bytes], None]
Head = tuple[int, int, int]


class _Watcher(Struct):
    """A node that watches a board."""

    until: float
    people: Set[str]
    guests: int


class Serving:
    """The other nodes that watch boards of this one."""

    def __init__(self, say: Say) -> None:
        """`say` sends an encoded word to an inc."""
        self._say = say
        self._watchers: dict[BoardId, dict[str, _Watcher]] = {}

    def watchers(self, board: BoardId) -> Set[str]:
        """Return the incs that watch a board."""
        return self._watchers.get(board, {}).keys()

    def watch(
        self, sender: str, word: words.Watch, live: Live | None, now: float
    ) -> bool:
        """Have a node told what comes after its seq; tell whether people changed.

        `live` is None while the board is waking: it is told when the board has risen.
        """
        watchers = self._watchers.setdefault(word.board, {})
        before = watchers.get(sender)
        watchers[sender] = _Watcher(now + WATCH_S, word.people, word.guests)
        if before is None and live:
            self._level(sender, word.board, live, word.since)
        return before is None or (before.people, before.guests) != (
            word.people,
            word.guests,
        )

    def unwatch(self, sender: str, board: BoardId) -> None:
        """Tell a node nothing more about a board."""
        watchers = self._watchers.get(board, {})
        watchers.pop(sender, None)
        if not watchers:
            self._watchers.pop(board, None)

    def risen(self, board: BoardId, live: Live) -> None:
        """Tell who watches already where the board is."""
        for inc in self.watchers(board):
            self._level(inc, board, live, live.seq)

    def published(self, board: BoardId, live: Live, entries: Sequence[Entry]) -> None:
        """Tell each watching node once."""
        if self.watchers(board):
            told = _bounded(words.Happened, board, live, live.seq, entries)
            for inc in self.watchers(board):
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

    def here(self, board: BoardId) -> tuple[Set[str], int]:
        """Return who is at the watching nodes."""
        watchers = self._watchers.get(board, {}).values()
        people = frozenset().union(*(watcher.people for watcher in watchers))
        return people, sum(watcher.guests for watcher in watchers)

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
            for part in _parts(all_heads):
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


def _parts(heads: Mapping[BoardId, Head]) -> Sequence[Mapping[BoardId, Head]]:
    pairs = list(heads.items())
    starts = range(0, len(pairs), BEACON_BOARDS)
    return [dict(pairs[start : start + BEACON_BOARDS]) for start in starts]
