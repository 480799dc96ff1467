"""The socket protocol, sans I/O: messages in, instructions out.  Knows no transport."""
