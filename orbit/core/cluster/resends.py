"""What may be under way elsewhere when somebody tells a command again.

Who loses his socket tells again, at another gateway perhaps; the first may still hold
a copy, which would be decided after this one was refused.  So such a refusal is told
as `unknown`, with its reason, unless all tellings came to this gateway: it tells them
to the owner in their order, and the last answer is the last word.

Source: guarantees.md, 2.8, Refusals and copies.
"""

from collections import OrderedDict
from functools import partial

from orbit.core.actors.mailbox import Answer, Settle
from orbit.core.errors import IdReused, Rejected, Unknown
from orbit.core.ports import Op
from orbit.core.types import BoardId

KEPT = 10_000  # commands whose tellings are remembered


class Resends:
    """The commands that were told to this gateway, the last ones."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[BoardId, Op], int] = OrderedDict()

    def guarded(self, board: BoardId, op: Op, attempt: int, settle: Settle) -> Settle:
        """Return `settle`, or one that tells no refusal that may turn out untrue."""
        if attempt < 1:
            return settle  # nobody counts: by REST one waits for his answer
        before = self._told.pop((board, op), 0)
        if attempt > before + 1:
            return partial(_doubted, settle)
        self._told[board, op] = max(attempt, before)
        if len(self._told) > KEPT:
            self._told.popitem(last=False)
        return settle


def _doubted(settle: Settle, answer: Answer) -> None:
    if isinstance(answer, Rejected) and not (
        answer.retry or isinstance(answer, IdReused)
    ):
        reason = {"reason": answer.code, "message": answer.message}
        answer = Unknown(details={**answer.details, **reason})
    settle(answer)
