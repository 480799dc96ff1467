"""Several real nodes under load, whatever happens to them, to Redis or the database.

    python -m tests.harness.cluster --tier short --only F1,F3

`outside` and `nodes` are what runs, `witness` what the database saw, `acts` what is
done to it all, `scenarios` in which order, `figures` how it is judged, `report` what
people read.  The ledger of `tests.harness` is the only oracle.
"""
