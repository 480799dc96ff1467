"""One process: mailboxes, live boards and their subscribers.  Knows no kind by name."""
