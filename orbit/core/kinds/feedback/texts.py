"""What people write, judged by what others would see of it."""

import re
from unicodedata import category, normalize

from orbit.core.errors import Invalid

_INK = re.compile("[!-~]")
# Letters and symbols without ink; NFKD makes the others of their sort into these.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What casefolded letters of other scripts, and digits, are taken for in "admin".
_LOOK_ALIKE = str.maketrans(
    "\u0430\u03b1\u0251\u1d00\u0501\u1d05\u043c\u03bc\u1d0d"
    "\u0456\u03b9\u0131\u04cf\u026a1l\u03bd\u0578\u0274",
    "aaaaddmmmiiiiiiinnn",
)


def is_blank(text: str) -> bool:
    """Tell whether there is nothing to be seen: spaces, marks and fillers alone."""
    if _INK.search(text):  # nearly always, and a tenth of the time
        return False
    return all(char in _FILLERS or category(char)[0] in "CMZ" for char in text)


def not_blank(text: str, field: str) -> None:
    """Do nothing if there is something to be seen; else raise `Invalid`."""
    if is_blank(text):
        raise Invalid(f"{field} may not be blank", details={"field": field})


def claims_admin(name: str) -> bool:
    """Tell whether a name reads as an admin's mark, however it is spelt or spaced."""
    plain = normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    seen = (char for char in plain if char.isalnum() and char not in _FILLERS)
    return "".join(seen).startswith("admin")
