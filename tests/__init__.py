"""Tests: sentences about what a user would notice."""
