"""Recorded conversations, and what clients make of them."""
