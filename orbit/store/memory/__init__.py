"""Stores in the memory of one process: for tests, simulations and a try-out.

They keep the promises of `core.ports` to the letter, except that nothing is on disk.
Several nodes may share one `World`, which stands for the database.
"""
