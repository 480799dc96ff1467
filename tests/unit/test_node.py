"""A node from its start to its end, on a database of its own."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from orbit import node as node_module
from orbit.control import purge
from orbit.core.errors import StoreDown
from orbit.core.types import BoardId
from orbit.http.inside import socket_path
from orbit.node import Node, running
from orbit.preflight import CannotServe
from orbit.settings import BadSettings, Limits, Settings
from orbit.store.postgres.connect import Address
from orbit.store.postgres.migrate import migrate_at
from orbit.upkeep import History, stand
from tests.kit.app import until
from tests.kit.postgres import database
from tests.kit.smtp import MailServer, mail_server

PEPPER = SecretStr("a pepper of tests, as long as it should be")
SECRET_KEY = SecretStr("a secret key of tests, as long as it should be")
KEPT = {"pepper": PEPPER, "secret_key": SECRET_KEY}


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder with a short name, which the database's account may pass."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def settings(data: Path, dsn: str, **fields: Any) -> Settings:
    return Settings(data=data, database_url=dsn, port=0, **KEPT, **fields)


@asynccontextmanager
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _board(node: Node) -> str:
    async with http() as session:
        url = f"{node.address}/api/v1/boards/"
        async with session.post(url, json={"title": "T"}) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["board"]["id"])


async def _seq(node: Node, board: str) -> int | None:
    """Return where a board is, or None if it cannot be told now."""
    url = f"{node.address}/api/v1/boards/{board}/"
    async with http() as session, session.get(url) as answer:
        found = await answer.json()
        return found["seq"] if answer.status == 200 else None


def _epoch(node: Node, board: str) -> int:
    """Return under which claim the node writes a board; 0 while under none."""
    actor = node.directory.get(BoardId(board))
    return actor.claim.epoch if actor and actor.claim else 0


async def test_a_node_serves_until_it_is_told_to_stop(data: Path, dsn: str) -> None:
    async with running(settings(data, dsn)) as node:
        async with http() as session:
            async with session.get(f"{node.address}/health/ready") as answer:
                assert answer.status == 200
            async with session.ws_connect(f"{node.address}/ws") as ws:
                await ws.send_json({"type": "hello"})
                assert (await ws.receive_json())["type"] == "welcome"
                board = await _board(node)
                await ws.send_json({"type": "join", "ref": 1, "board": board})
                assert (await ws.receive_json())["type"] == "joined"
        assert board in node.directory
    assert not socket_path(data).exists()


async def test_stopping_saves_boards_and_tells_sockets_to_come_back(
    data: Path, dsn: str
) -> None:
    async with http() as session:
        async with running(settings(data, dsn)) as node:
            await _board(node)
            ws = await session.ws_connect(f"{node.address}/ws")
            reading = asyncio.get_running_loop().create_task(ws.receive())
        assert (await reading).type is aiohttp.WSMsgType.CLOSE
        assert ws.close_code == 1012
    connection = await Address(dsn, "n", "i").connect()
    saved = await connection.fetchval("SELECT seq FROM snapshot")
    await connection.close()
    assert saved == 1


async def test_what_was_written_is_there_after_a_restart(data: Path, dsn: str) -> None:
    async with running(settings(data, dsn)) as node:
        board = await _board(node)
    async with running(settings(data, dsn)) as node:
        assert await _seq(node, board) == 1


async def test_one_folder_has_one_node(data: Path, dsn: str) -> None:
    async with running(settings(data, dsn)):
        with pytest.raises(CannotServe, match="another node runs on"):
            async with running(settings(data, dsn)):
                pass


async def test_one_database_has_one_node_without_redis(data: Path, dsn: str) -> None:
    async with running(settings(data / "first", dsn)):
        with pytest.raises(CannotServe, match="takes Redis"):
            async with running(settings(data / "second", dsn)):
                pass


async def test_a_database_where_organisations_are_not_apart_is_refused(
    data: Path, dsn: str
) -> None:
    await migrate_at(dsn)
    connection = await Address(dsn, "n", "i").connect()
    await connection.execute("ALTER TABLE org_member NO FORCE ROW LEVEL SECURITY")
    await connection.close()
    with pytest.raises(BadSettings) as refused:
        async with running(settings(data, dsn)):
            pass
    assert "org_member" in refused.value.lines[0]


async def test_a_port_that_is_taken_is_told(data: Path, dsn: str) -> None:
    async with running(settings(data, dsn)) as node, database() as other:
        port = int(node.address.rpartition(":")[2])
        taken = settings(data / "second", other).model_copy(update={"port": port})
        with pytest.raises(CannotServe, match="cannot listen"):
            async with running(taken):
                pass


async def test_what_is_past_its_time_may_be_removed_while_it_runs(
    data: Path, dsn: str
) -> None:
    given = settings(data, dsn)
    async with running(given) as node:
        await _board(node)
        purged = await asyncio.to_thread(purge, given)
        assert (purged.boards, purged.ghosts) == (0, 0)


async def test_a_node_that_the_database_has_forgotten_enters_anew(
    data: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "BEAT_S", 0.05)
    async with running(settings(data, dsn)) as node:
        board = await _board(node)
        connection = await Address(dsn, "n", "i").connect()
        await connection.execute("DELETE FROM node")
        async with asyncio.timeout(20):
            while board in node.directory:  # noqa: ASYNC110 - until it has noticed
                await asyncio.sleep(0.01)
            while await _seq(node, board) is None:  # noqa: ASYNC110 - it is back
                await asyncio.sleep(0.01)
        assert await connection.fetchval("SELECT count(*) FROM node") == 1
        await connection.close()


LAPSE = "UPDATE node SET expires_at = now() - interval '1 h'"
ROB = "UPDATE board SET epoch = epoch + 1, token = gen_random_uuid() WHERE id = $1"


async def test_after_a_lapse_only_boards_that_others_claimed_are_claimed_again(
    data: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "BEAT_S", 0.05)
    async with running(settings(data, dsn)) as node:
        kept, robbed = await _board(node), await _board(node)
        connection = await Address(dsn, "n", "i").connect()
        before = {id: _epoch(node, id) for id in (kept, robbed)}
        await connection.execute(ROB, robbed)
        await connection.execute(LAPSE)
        async with asyncio.timeout(20):
            while _epoch(node, robbed) <= before[robbed]:  # noqa: ASYNC110 - noticed
                await asyncio.sleep(0.01)
        lapses = await connection.fetchval("SELECT max(lapses) FROM node")
        await connection.close()
        assert lapses == 1
        assert _epoch(node, kept) == before[kept]
        assert await _seq(node, kept) == await _seq(node, robbed) == 1


async def test_a_late_loop_takes_on_nothing_new_until_it_is_well(
    data: Path, dsn: str
) -> None:
    limits = Limits(loop_lag_s=0.1, loop_lag_for_s=0.2)
    async with running(settings(data, dsn, limits=limits)) as node, http() as session:
        board = await _board(node)

        async def status(method: str, path: str) -> int:
            body = {"title": "T"} if method == "POST" else None
            url = node.address + path
            async with session.request(method, url, json=body) as answer:
                return answer.status

        new = partial(status, "POST", "/api/v1/boards/")
        ready = partial(status, "GET", "/health/ready")
        late = asyncio.get_running_loop().create_task(_hold_up(0.25))
        await until(new, lambda told: told == 503, 60)
        await until(ready, lambda told: told == 503, 60)
        assert await status("GET", "/health/live") == 200
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{node.address}/ws")
        late.cancel()
        await until(new, lambda told: told == 201, 60)
        await until(ready, lambda told: told == 200, 60)
        assert await _seq(node, board) == 1


async def _hold_up(seconds: float) -> None:
    """Let nobody else run for so long, again and again."""
    while True:
        time.sleep(seconds)
        await asyncio.sleep(0)


async def test_a_lease_is_not_renewed_where_it_is_not_known_which_history_it_is() -> (
    None
):
    class Unknown(History):
        def __init__(self) -> None:
            """Know nothing."""

        async def look(self) -> None:
            raise StoreDown

    async def renew() -> None:
        raise AssertionError("it may be of a standby that lacks what is in memory")

    with pytest.raises(StoreDown):
        await stand(Unknown(), renew)


async def test_a_code_comes_by_mail_and_signs_in(data: Path, dsn: str) -> None:
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        sender = "Orbit <orbit@example.org>"
        given = settings(data, dsn, mail_url=url, mail_from=sender)
        async with running(given) as node, http() as session:
            identity = f"{node.address}/api/v1/identity"
            body = {"email": "ann@example.org"}
            reads = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
            async with session.post(
                f"{identity}/otp-send/", json=body, headers=reads
            ) as sent:
                assert sent.status == 200
            mail = await _mail(server, 1)
            assert (mail["From"], mail["Content-Language"]) == (sender, "de")
            assert "dein Code" in mail["Subject"]
            body["code"] = str(mail["Subject"]).split()[0]
            async with session.post(f"{identity}/otp-verify/", json=body) as done:
                assert done.status == 200
                assert (await done.json())["profile"]["email"] == "ann@example.org"
    assert not (data / "mail").exists()


async def test_an_invite_comes_by_mail_and_its_link_lets_in(
    data: Path, dsn: str
) -> None:
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        given = settings(data, dsn, mail_url=url, mail_from="Orbit <orbit@example.org>")
        async with running(given) as node, http() as session:
            boards = f"{node.address}/api/v1/boards"
            body = {"title": "Retró", "is_public": False}
            async with session.post(f"{boards}/", json=body) as made:
                told = await made.json()
            board = f"{boards}/{told['board']['id']}"
            admin = {"X-Admin-Token": told["admin_token"]}
            asked = {"email": "bob@example.org", "message": "Thursday at ten"}
            async with session.post(
                f"{board}/invite/", json=asked, headers=admin
            ) as sent:
                assert sent.status == 202
            mail = await _mail(server, 1)
            assert (mail["To"], mail["Subject"]) == (
                "bob@example.org",
                "You are invited: Retró",
            )
            body = mail.get_body(("plain",)).get_content()
            assert "Thursday at ten" in body
            page, _, token = body.partition("#invite=")
            assert page.endswith(f"{node.address}/b/{told['board']['id']}")
            async with session.post(f"{node.address}/api/v1/identity/ghost/") as minted:
                ghost = {"X-Ghost-ID": (await minted.json())["ghost"]}
            shown = {"token": token.split()[0]}
            async with session.post(
                f"{board}/accept-invite/", json=shown, headers=ghost
            ) as came:
                assert came.status == 200
            async with session.get(f"{board}/", headers=ghost) as seen:
                assert (await seen.json())["board"]["title"] == "Retró"
            stop = mail["List-Unsubscribe"]
            assert stop.startswith(f"<{node.address}/unsubscribe/")
            async with session.post(stop.strip("<>")) as stopped:
                assert stopped.status == 200


async def _mail(server: MailServer, nth: int) -> Any:
    """Return the nth mail, once it has come."""
    async with asyncio.timeout(20):
        while len(server.mails) < nth:  # noqa: ASYNC110 - it goes beside the answer
            await asyncio.sleep(0.01)
    return server.mails[nth - 1]
