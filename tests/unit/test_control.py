"""What an operator does to an account is told to its owner, as by the console."""

import asyncio

import pytest

from orbit import control
from orbit.core.ports import Act, Wanted
from orbit.preflight import CannotServe
from tests.kit.app import App, running, settings
from tests.kit.signed import ANN


async def give(app: App, role: str, **fields: object) -> bool:
    """Do as `bin/orbit account role` does, which is a program of its own."""
    given = settings(database_url=app.place.dsn, **fields)
    return await asyncio.to_thread(control.give_role, given, ANN, role)


async def test_who_is_given_a_role_by_an_operator_is_told() -> None:
    async with running("postgres") as app:
        id = (await (await app.account(ANN)).get("/users/me/")).json["id"]
        for role in ("dev", "dev", "user"):
            assert await give(app, role)
        ann = await app.account(ANN)
        listed = (await ann.get("/notices/")).json["results"]
        records, _ = await app.place.node().people.trail.page(Wanted(), 0, 9)
    kinds = [(each["kind"], each["data"]) for each in listed]
    assert kinds == [("role_given", {"ip": ""})] * 2
    given = [row for row in records if row.act is Act.ROLE_GIVEN]
    assert [row.about for row in given] == [{"role": "user"}, {"role": "dev"}]
    assert {(row.subject, row.path) for row in given} == {
        (id, "bin/orbit account role")
    }
    assert {row.id for row in given} == {each["id"] for each in listed}


async def test_with_another_pepper_no_role_is_given() -> None:
    """What it would tell, nobody could read: not one notice of the account."""
    async with running("postgres") as app:
        await app.account(ANN)
        with pytest.raises(CannotServe, match="pepper"):
            await give(app, "dev", pepper="another pepper, as long as it should be")
        ann = await app.account(ANN)
        assert (await ann.get("/users/me/")).json["role"] == "user"
        assert (await ann.get("/notices/")).json["results"] == []
