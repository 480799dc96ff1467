"""Tables: what was written stays text there."""

import csv
from io import StringIO

import pytest

from orbit.core.services.sheets import cell, line


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"


def test_a_sign_within_a_cell_stays_what_it_is() -> None:
    assert cell("a=b, 1-2") == "a=b, 1-2"
    assert cell("a;=1+1\n@b") == "a;'=1+1\n'@b"


def test_cells_are_read_as_they_were_written() -> None:
    cells = ['say "hi"', "a,b", "two\nlines", "", "ä"]
    (read,) = csv.reader(StringIO(line(cells), newline=""))
    assert read == cells
