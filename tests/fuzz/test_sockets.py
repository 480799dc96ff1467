"""Garbage against a running node: the small tier of `python -m tests.fuzz.sockets`."""

import random

import pytest

from tests.fuzz.garbage import MESSAGES, message, unframed
from tests.fuzz.sockets import PATIENT, fuzz
from tests.harness.server import BIG, served


@pytest.mark.timeout(180)
@pytest.mark.parametrize("limits", [BIG, PATIENT], ids=["strict", "patient"])
async def test_a_neighbour_of_vandals_notices_nothing(limits: dict[str, str]) -> None:
    async with served(limits=limits) as server:
        found = await fuzz(server, 3_000, seed=7)
        assert found.problems == []
        assert found.frames >= 3_000
        assert found.refusals["bad_request"] > 0
        assert found.acked > 0


def test_the_same_seed_tells_the_same_lies() -> None:
    lies = [
        [make(random.Random(seed), "b") for make in (*MESSAGES, message, unframed)]
        for seed in (1, 1, 2)
    ]
    assert lies[0] == lies[1]
    assert lies[0] != lies[2]
