"""How an operation is called well, and what several are sent."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

NUL = "a\0b"
EMAIL = "carol@example.org"
CODE, REFRESH, GHOST = "<code>", "<refresh>", "<ghost>"  # of Carol's
FACTOR, CHALLENGE = "<factor>", "<challenge>"  # of Fay's
RESET, VERIFY = "<reset>", "<verify>"  # what links of mails hold
TOKEN, NOTICE = "<token>", "<notice>"  # of her invite
ORG_TOKEN = "<org token>"  # of Ida's
GIL, HAL, IDA = (f"{name}@example.org" for name in ("gil", "hal", "ida"))
NO_ADDRESSES = (
    {},
    {"email": ""},
    {"email": "dan"},
    {"email": NUL},
    {"email": 5},
    {"email": None},
)
HORSE = "correct horse"
NO_FACTORS = tuple({"password": it} for it in (5, None, [], True, NUL, "x" * 129))
VISITOR = {"email": "dan@example.org", "name": "Dan", "message": "hello"}


class Op(Struct, frozen=True):
    """How an operation is called well, and bodies that are wrong for it alone."""

    method: str
    path: str
    status: int = 200
    who: str = "ann"
    body: Any = None
    bad: tuple[Mapping[str, Any], ...] = ()
    query: str = ""
