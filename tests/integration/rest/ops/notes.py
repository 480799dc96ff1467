"""Notes of a board."""

from tests.integration.rest.ops.op import NUL, Op

NOTES, NOTE = "/boards/{board}/notes/", "/boards/{board}/notes/{note}/"

OPS = (
    Op(
        "POST",
        NOTES,
        201,
        body={"content": "x", "colour": "FRESH", "x": -5, "y": 0.5},
        bad=(
            {},
            {"content": ""},
            {"content": " \n"},
            {"content": NUL},
            {"content": "x" * 4_001},
            {"content": 5},
            {"content": "x", "colour": "RED"},
            {"content": "x", "x": 1e7},
            {"content": "x", "y": "1"},
            {"content": "x", "anonymous": False},
            {"content": "x", "name": "x" * 81},
        ),
    ),
    Op(
        "PATCH",
        NOTE,
        body={"content": "y"},
        bad=({}, {"content": ""}, {"colour": 5}, {"x": 1}, {"x": 1, "y": None}),
    ),
    Op("DELETE", NOTE),
    Op("POST", f"{NOTE}restore/"),
    Op(
        "POST",
        f"{NOTE}move/",
        body={"x": 1, "y": 2},
        bad=({}, {"x": 1}, {"x": "1", "y": 2}, {"x": 1e300, "y": 2}, {"x": [], "y": 2}),
    ),
    Op("POST", f"{NOTE}upvote/", who="bob"),
    Op("POST", f"{NOTE}hide/", who="admin"),
    Op("POST", f"{NOTE}show/", who="admin"),
)
