"""Questions that one node puts to another: one answer each.

Whoever does not answer in time is said not to have answered, and no more is known of
it.  Nothing that boards need goes this way.  It must never know what is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from itertools import count
from typing import Any

from orbit.core.cluster import words
from orbit.core.cluster.carrier import Sent
from orbit.core.errors import (
    Internal,
    NotFound,
    OrbitError,
    TooLarge,
    Unavailable,
    catalogue,
)

ANSWER_S = 4.0
_BY_CODE: Mapping[str, type[OrbitError]] = {cls.code: cls for cls in catalogue()}

Say = Callable[[str, words.Word, Callable[[Sent], None] | None], None]
Start = Callable[[Coroutine[Any, Any, None], str], None]
Answerer = Callable[
    [str, bytes], Awaitable[bytes]
]  # what is asked about, and with what


async def _nothing(about: str, _body: bytes) -> bytes:
    raise NotFound(f"nobody answers about {about}")


class Inquiry:
    """What this node asks others, and is asked by them."""

    def __init__(self, say: Say, start: Start) -> None:
        """`say` sends a word to an inc, `start` runs a job beside everything else.

        Set `answer` before anybody asks.
        """
        self._say, self._start = say, start
        self._refs = count(1)
        self._waiting: dict[int, asyncio.Future[words.Answered]] = {}
        self.answer: Answerer = _nothing  # what nobody has an answer of his own for
        self.answers: dict[str, Callable[[bytes], Awaitable[bytes]]] = {}

    async def ask(self, inc: str, about: str, body: bytes = b"") -> bytes:
        """Return what a node answers.

        Raises:
            OrbitError: what it refused with.
            Unavailable: it does not answer; it may have done what was asked.
        """
        ref, future = next(self._refs), asyncio.get_running_loop().create_future()
        self._waiting[ref] = future

        def carried(sent: Sent) -> None:
            if sent is Sent.NOWHERE and not future.done():
                future.set_exception(Unavailable("this node cannot be reached"))

        try:
            self._say(inc, words.Question(ref, about, body), carried)
            async with asyncio.timeout(ANSWER_S):
                answered: words.Answered = await future
        except TimeoutError:
            raise Unavailable("this node does not answer") from None
        finally:
            del self._waiting[ref]
        if answered.code:
            raise _BY_CODE.get(answered.code, Internal)(answered.message)
        return answered.body

    def take(self, sender: str, word: words.Question | words.Answered) -> None:
        """Answer another node, beside everything else; or take what it has answered.

        An answer that comes too late is nobody's any more.
        """
        if isinstance(word, words.Question):
            self._start(self._reply(sender, word), f"answer about {word.about}")
        elif (future := self._waiting.get(word.ref)) and not future.done():
            future.set_result(word)

    async def _reply(self, sender: str, word: words.Question) -> None:
        try:
            own = self.answers.get(word.about, partial(self.answer, word.about))
            body = await own(word.body)
            if len(body) > words.MAX_BYTES - 1_024:
                raise TooLarge("the answer is too long to be carried")
            reply = words.Answered(word.ref, body)
        except OrbitError as error:
            reply = words.Answered(word.ref, b"", error.code, error.message)
        self._say(sender, reply, None)
