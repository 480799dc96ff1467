"""What an operator is told: by the database, or by a node that runs."""
