"""Protocols in the small, searched through whole."""
