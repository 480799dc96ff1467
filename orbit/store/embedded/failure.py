"""What an operator is told when the database cannot run; a sentence with a way out."""


class CannotStart(RuntimeError):
    """The embedded Postgres could not be found, prepared, started or stopped."""
