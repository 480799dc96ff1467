"""How fast Orbit is, beside the limit of the machine and its peers; see README.md."""
