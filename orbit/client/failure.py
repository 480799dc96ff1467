"""What went wrong, as the server says it."""

from typing import Any

from orbit.client.items import Frame


class Refused(Exception):
    """Something was not done: `code` for programs, a sentence for people.

    `unknown` and what cannot be told any more may have been done all the same.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        details: Any = None,
        retry: bool = False,
        after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.details = code, message, details
        self.retry, self.after, self.status = retry, after, status


def settled(error: Refused) -> Refused:
    """Return what was in doubt for another node's copy as the refusal that it was.

    For when it has been in doubt for long enough.
    """
    details = dict(error.details) if isinstance(error.details, dict) else {}
    reason, said = details.pop("reason", ""), details.pop("message", "")
    if error.code != "unknown" or not said:
        return error
    return Refused(reason, said, details=details)


def refusal(frame: Frame, status: int | None = None) -> Refused:
    return Refused(
        frame.get("error", "internal"),
        frame.get("message", "something went wrong"),
        details=frame.get("details"),
        retry=frame.get("retry", False),
        after=frame.get("after"),
        status=status,
    )
