"""What the tests share: builders, clients, peers, a clock."""
