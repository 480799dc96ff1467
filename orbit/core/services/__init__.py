"""Use cases that are no live boards.  Functions over ports; they know no transport."""
