"""Many processes, or one: how a letter finds its board, wherever it lives."""
