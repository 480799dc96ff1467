"""Both sides keep to the recorded cases: the server says it, the SDK makes it of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from orbit.core.kinds import ITEMS, KINDS
from orbit.http.asyncapi import document
from tests.conformance.player import CASES, Player, lines
from tests.conformance.record import PLAYS, record
from tests.kit.asyncapi import Frames
from tests.kit.network import Network, simulated

SPOKEN = {
    "welcome",
    "joined",
    "changed",
    "signal",
    "here",
    "reply",
    "error",
    "status",
    "left",
    "goaway",
}


def name(case: Path) -> str:
    return case.stem


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_python_sdk_conforms(case: Path) -> None:
    @simulated
    async def scenario(network: Network) -> None:
        network.greets = False
        await Player(network).play(lines(case))

    scenario()


@pytest.mark.parametrize("name", PLAYS)
def test_a_case_is_what_the_server_says_today(name: str) -> None:
    (case,) = [case for case in CASES if case.stem == name]
    assert case.read_text(encoding="utf-8") == record(name), "run `make conformance`"


def test_there_is_no_case_that_nobody_can_renew() -> None:
    assert {case.stem for case in CASES} == set(PLAYS)


def test_every_frame_of_the_cases_is_as_the_document_says() -> None:
    validator = Frames(document(KINDS, ITEMS))
    spoken = set()
    for case in CASES:
        for line in lines(case):
            for frame in line.get("frames", ()):
                spoken.add(frame["type"])
                assert validator.faults(_numbered(frame), of="server") == [], frame
            if "frame" in line:
                said = _numbered(line["frame"])
                assert validator.faults(said, of="client") == [], said
    assert spoken == SPOKEN


def _numbered(frame: dict[str, Any]) -> dict[str, Any]:
    return frame | ({"ref": 1} if "ref" in frame else {})


def test_a_client_that_does_otherwise_is_found_out() -> None:
    (case,) = [case for case in CASES if case.stem == "gap"]
    said = lines(case)
    at = max(at for at, line in enumerate(said) if "shows" in line)
    said[at]["shows"]["seq"] += 1

    @simulated
    async def scenario(network: Network) -> None:
        network.greets = False
        with pytest.raises(AssertionError, match="seq is 5, not 6"):
            await Player(network).play(said)

    scenario()


def test_a_line_is_one_object() -> None:
    for case in CASES:
        for line in case.read_text(encoding="utf-8").splitlines():
            assert isinstance(json.loads(line), dict)
