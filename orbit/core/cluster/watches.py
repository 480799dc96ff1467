"""What this node watches at others, said again before they forget it.

One word for all boards of an owner, every 2 s; a watch lives for 6, so two of them may
be lost.  Between two only that is said which has changed: who is here.  A word that
finds nobody says that the owner is gone: then its boards look for another.
Source: guarantees.md, 2.7 (watch).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from orbit.core.cluster import words
from orbit.core.cluster.carrier import Sent
from orbit.core.cluster.following import Follower
from orbit.core.types import BoardId

TICKS = 2  # of a second each, from one renewal to the next
Say = Callable[[str, words.Word, Callable[[Sent], None] | None], None]
Followers = dict[BoardId, Follower]


class Watches:
    """Says to owners what is watched there."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._ticks = 0

    def tick(self, followers: Iterable[Follower]) -> None:
        """Say what is due, once a second."""
        self._ticks += 1
        is_due = self._ticks % TICKS == 0
        at: defaultdict[str, Followers] = defaultdict(dict)
        for follower in followers:
            if follower.is_watching and (is_due or follower.has_changed):
                at[str(follower.owner)][follower.id] = follower
        for owner, theirs in at.items():
            for part in words.parts(theirs):
                self._renew(owner, part)

    def _renew(self, owner: str, followers: Followers) -> None:
        word = words.Watch({id: each.interest() for id, each in followers.items()})
        self._say(owner, word, partial(_carried, list(followers.values()), owner))


def _carried(followers: Sequence[Follower], owner: str, how: Sent) -> None:
    if how is Sent.NOWHERE:
        for follower in followers:
            follower.unheard(owner)
