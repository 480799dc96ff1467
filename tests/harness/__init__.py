"""Real nodes, real sockets, real kills; and an oracle that knows what was promised."""
