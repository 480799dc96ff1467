"""One module a figure: `run(rig)` measures, prints a table and judges."""
