"""Garbage by the hundred thousand, beside a neighbour who must not notice."""
