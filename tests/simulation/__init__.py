"""A cluster on a seeded loop: real nodes, free time, and everything that goes wrong."""
