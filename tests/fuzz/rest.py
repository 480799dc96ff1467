"""Schemathesis against a node over memory: thousands of requests, no server error.

    python -m tests.fuzz.rest --examples 250

The document is given real ids among made-up ones, or every call would end at "no such
board".  Each run is made as somebody: a guest, an admin, staff, an operator.  Every
answer must be one that the document foresees, with the body that it says.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct
from pydantic import SecretStr

from orbit.core.ports import Form, LeadFilter
from orbit.http.routing import LASTING
from tests.kit.app import App, running, settings
from tests.kit.organisations import founded
from tests.kit.spec import SPEC
from tests.kit.staff import staff

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
ENDLESS = sorted(LASTING - {"socket"})  # or a second long, which is too long here
KEY = "of an operator, as long as it should be"
# What would end a person's run early.
ENDS: Mapping[str, Sequence[str]] = {
    "guest": (),
    "ghost": ("erase_ghost",),
    "admin": ("erase_ghost", "delete_board", "revoke_link"),
    "operator": ("drain_node",),
    "account": ("erase_ghost", "leave", "leave_org", "remove_org", "remove_member"),
    "staff": ("erase_ghost", "leave", "log_out"),
}
PEOPLE = tuple(ENDS)
WIDE = {
    "rest_per_address_min": 1_000_000,
    "ghosts_per_address_h": 1_000_000,
    "writes_per_author_min": 1_000_000,
    "author_burst": 1_000_000,
}


class Run(Struct, frozen=True):
    """What came of a run as one person."""

    who: str
    requests: int
    output: str
    is_clean: bool


async def fuzz(
    examples: int,
    seed: int,
    people: Sequence[str] = PEOPLE,
    phases: str = "examples,coverage,fuzzing",
) -> Sequence[Run]:
    """Run as each person in turn, on one node."""
    given = settings(WIDE, operator_key=SecretStr(KEY))
    async with running(given=given) as app:
        return [await run(app, who, phases, examples, seed) for who in people]


async def run(app: App, who: str, phases: str, examples: int, seed: int) -> Run:
    client = app.guest if who == "guest" else await app.ghost()
    org = await founded(app, who)
    if who == "account":
        client = org.people["ann"]
    made = await app.board(client)
    board = made["board"]["id"]
    author = client if who != "guest" else await app.ghost()
    note = await author.post(f"/boards/{board}/notes/", {"content": "hello"})
    if who == "admin":
        client = client.with_link(made["admin_token"])
    if who == "staff":
        client = await staff(app)
    if who == "operator":
        client = app.guest.with_headers(Authorization=f"Bearer {KEY}")
    id = note.json["result"]["id"]
    ids = {"note": id, "request": id, "type": "note", "connection": "n-1"}
    ids |= {"session": str(uuid4()), "org": org.id, "member": org.ids["ann"]}
    ids |= {"notice": str(uuid4()), "user": org.ids["ann"], "lead": await _lead(app)}
    spec = with_ids(board=board, **ids)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(spec))
        options = [
            f"--phases={phases}",
            f"--max-examples={examples}",
            f"--seed={seed}",
            *(f"--exclude-operation-id={name}" for name in (*ENDLESS, *ENDS[who])),
            *(f"--header={name}:{value}" for name, value in client.headers.items()),
        ]
        output, code = await schemathesis(app, path, options)
    found = re.search(r"(\d+) generated", output)
    return Run(who, int(found[1]) if found else 0, output, code == 0)


async def _lead(app: App) -> str:
    body = {"email": "dan@example.org", "message": "hello"}
    assert (await app.guest.post("/contact/", body)).status == 201
    (*_, lead), _ = await app.core.mail.leads.page(LeadFilter(Form.CONTACT), 0, 1)
    return lead.id


def with_ids(**ids: str) -> dict[str, Any]:
    """Return the document with real ids among the possible path parameters."""
    spec = deepcopy(SPEC)
    for item in spec["paths"].values():
        for operation in item.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    real = {"const": ids[parameter["name"]]}
                    parameter["schema"] = {"anyOf": [real, real, {"type": "string"}]}
    return spec


async def schemathesis(app: App, spec: Path, options: Sequence[str]) -> tuple[str, int]:
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "schemathesis",
        "run",
        spec,
        f"--url=http://{app.http.host}:{app.http.port}",
        f"--checks={CHECKS}",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--no-color",
        *options,
        cwd=spec.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode(), process.returncode or 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=250, help="per operation")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    runs = asyncio.run(fuzz(given.examples, given.seed))
    for each in runs:
        sys.stdout.write(f"--- {each.who}: {each.requests} requests\n{each.output}\n")
    total = sum(each.requests for each in runs)
    is_clean = all(each.is_clean for each in runs)
    sys.stdout.write(f"{total} requests: {'clean' if is_clean else 'FAILED'}\n")
    sys.exit(not is_clean)


if __name__ == "__main__":
    main()
