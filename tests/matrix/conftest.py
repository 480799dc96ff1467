"""A node that bounds nobody."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from orbit.core.limits import Rate
from tests.kit.sockets import House, house
from tests.matrix.scene import KEY

NO_BOUNDS = {
    "rest_per_address_min": 1_000_000,
    "ghosts_per_address_h": 1_000_000,
    "handshakes_per_address_s": 100_000,
    "handshakes_per_s": 100_000,
    "codes_per_person_min": 100_000,
    "sign_ins_per_person_min": 100_000,
    "codes_per_mail_h": 100_000,
    "guesses_per_account_h": 100_000,
    "invites_per_person_h": 100_000,
    "forms_per_person_10min": 100_000,
}


@pytest.fixture(scope="module")
async def home() -> AsyncIterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orbit.http.operators.WRONG", Rate(100_000, 60.0, 100_000))
        async with house({"operator_key": SecretStr(KEY)}, **NO_BOUNDS) as made:
            yield made
