"""Tables as CSV (RFC 4180), for the programs that people open them with.

What people wrote stays text there: no cell is a formula.
"""

import csv
import re
from collections.abc import Iterable
from io import StringIO

# These programs take a cell that begins so for a formula; and some end a cell at what
# ends none here.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
BOM = "\ufeff"  # or the most used of those programs reads UTF-8 as something else


def cell(text: str) -> str:
    """Return a text that nothing takes for a formula."""
    return _FORMULA.sub(r"\1'", text)


def line(cells: Iterable[str]) -> str:
    """Return a line of a table, of cells as they are."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
