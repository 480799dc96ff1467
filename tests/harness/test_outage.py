"""A database that is away for a moment: who asks meanwhile waits, and is answered."""

import os
import signal

import pytest

from tests.harness.raw import Raw
from tests.harness.server import mint, new_board, rest, served


@pytest.mark.timeout(120)
async def test_who_comes_to_a_sleeping_board_in_an_outage_is_let_in_after_it() -> None:
    async with served() as server:
        ghost = await mint(server)
        boards = [(await new_board(server, ghost=ghost))["board"]["id"] for _ in "abc"]
        await server.stop()
        await server.start()  # all boards sleep, and nobody's key is remembered
        early = await Raw.greeted(server.port, ghost)
        pid = server.postgres_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        joined = await early.join(boards[0])
        late = await Raw.greeted(server.port, ghost)
        seen = await rest(server, f"/boards/{boards[1]}/", ghost=ghost, method="GET")
        body = {"content": "x"}
        told = await rest(server, f"/boards/{boards[2]}/notes/", body, ghost)
        assert (joined["seq"], seen["seq"], told["seq"]) == (1, 1, 2)
        assert server.postgres_pid not in {None, pid}, "there was no outage"
        early.close()
        late.close()
