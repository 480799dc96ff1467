"""`python -m orbit`: the command line."""

import gc

gc.disable()  # imports make much and drop nothing: looking costs a tenth of a start
from orbit.cli import main  # noqa: E402 - the line above is for it

gc.enable()
main()
