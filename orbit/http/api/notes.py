"""Notes of a feedback board over REST: each is a command, under a path of its own."""

from typing import Any

import msgspec

from orbit.core.errors import BadRequest
from orbit.http.calls import Call
from orbit.http.errors import invalid
from orbit.http.reading import faults, object_body
from orbit.http.routing import Done, Routes, tell

routes = Routes("notes")
NOTES, NOTE = "/boards/{board}/notes/", "/boards/{board}/notes/{note}/"

# What a PATCH may hold, and which command each field belongs to.
EDITS = {
    "content": "edit_note",
    "colour": "recolour_note",
    "x": "move_note",
    "y": "move_note",
}

routes.command("POST", NOTES, "add_note", summary="Add a note", status=201)
routes.command("DELETE", NOTE, "remove_note", summary="Remove a note of mine")
routes.command(
    "POST", f"{NOTE}restore/", "restore_note", summary="Bring a removed note back"
)
routes.command("POST", f"{NOTE}hide/", "hide_note", summary="Hide a note's text")
routes.command("POST", f"{NOTE}show/", "show_note", summary="Show a hidden note")
routes.command("POST", f"{NOTE}move/", "move_note", summary="Move a note")
routes.command(
    "POST", f"{NOTE}upvote/", "toggle_upvote", summary="Upvote a note, or no longer"
)


@routes.op(
    "PATCH",
    NOTE,
    commands=("feedback", ("edit_note", "recolour_note", "move_note")),
    errors=(409,),
)
async def edit_note(call: Call, board: str, note: str) -> Done:
    """Change a note: its `content`, `colour`, or `x` and `y`.

    Each is a command of its own; all are looked at before the first is told.
    """
    given = await object_body(call.request)
    wanted: dict[str, dict[str, Any]] = {}
    for field, do in EDITS.items():
        if field in given:
            wanted.setdefault(do, {"note": note})[field] = given[field]
    if not wanted:
        missing = {field: ["missing"] for field in EDITS}
        raise BadRequest("give content, colour, or x and y", details=missing)
    bodies = {do: msgspec.json.encode(body) for do, body in wanted.items()}
    _check(call, bodies)
    done = [await tell(call, board, do, body, part=do) for do, body in bodies.items()]
    return done[-1]


def _check(call: Call, bodies: dict[str, bytes]) -> None:
    """Name every field that is wrong, of all the commands."""
    commands = call.node.kinds["feedback"].asked_by_name
    found = [
        fault for do, body in bodies.items() for fault in faults(commands[do], body)
    ]
    if found:
        raise invalid(found)
