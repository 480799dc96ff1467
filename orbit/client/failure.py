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


def refusal(frame: Frame, status: int | None = None) -> Refused:
    return Refused(
        frame.get("error", "internal"),
        frame.get("message", "something went wrong"),
        details=frame.get("details"),
        retry=frame.get("retry", False),
        after=frame.get("after"),
        status=status,
    )
