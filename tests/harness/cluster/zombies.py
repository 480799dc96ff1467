"""A node that sleeps while its claim is lost, and still believes in it as it wakes up.

Its epoch was given out a second time, and its board has come to the head that it knows:
nothing but its token gives it away.
"""

import os
import signal
from contextlib import AsyncExitStack
from secrets import token_hex

import aiohttp
from msgspec import Struct

import orbit.client
from tests.harness.cluster.nodes import Node, Replicated
from tests.harness.cluster.witness import seen
from tests.harness.faults import BACK_S
from tests.harness.field import Field, now, until
from tests.harness.ledger import Away
from tests.harness.raw import Raw
from tests.harness.server import is_stopped, mint, new_board

NOTES = 3  # that are lost with the claims
CLAIMS = 3  # that are lost: as many as a busy machine may need elsewhere
TRIES = 20  # until a board is owned by the node that is meant
ROW = """
SELECT epoch, seq, token::text, owner::text FROM board WHERE id = $1"""


class Held(Struct, frozen=True):
    """How a board is held."""

    epoch: int
    seq: int
    token: str
    owner: str


class Zombie:
    """Ann writes under the claim that is lost, Bob under its successor.

    Eve tells the node, as it wakes up, to move one of Ann's notes.
    """

    def __init__(
        self,
        cluster: Replicated,
        field: Field,
        nodes: tuple[Node, Node],
        stack: AsyncExitStack,
    ) -> None:
        """`nodes`: who is to sleep, and another one.  `stack` ends what is begun."""
        self._cluster, self._field, self._stack = cluster, field, stack
        self._node, self._other = nodes
        self._inc = self._node.inc
        self._board = self._note = self._ghost = self._bobs = ""
        self._slept_at = 0.0
        self.evidence: dict[str, object] = {}
        self.bit = False

    async def begins(self) -> str:
        """Make a board that the node owns and the standby knows, and return it."""
        place = self._node.place
        self._ghost, self._bobs = await mint(place), await mint(place)
        for _ in range(TRIES):
            made = await new_board(place, "Of a zombie", self._ghost)
            self._board = str(made["board"]["id"])
            if (await self._held()).owner == self._inc:
                break
        await self._cluster.outside.level()
        return self._board

    async def falls_asleep(self) -> None:
        """Have the board claimed again and written to; the standby hears nothing."""
        self._ann = await self._person(self._node, self._ghost)
        for _ in range(CLAIMS):
            await self._claimed_again(self._node)
        for _ in range(NOTES):
            self._note = await self._write(self._ann)
        place = self._node.place
        self._eve = await Raw.greeted(place.port, self._ghost, host=place.host)
        self._stack.callback(self._eve.abort)
        self._log = (await self._eve.join(self._board))["log"]
        self._lost, self._slept_at = await self._held(), now()
        self._stack.callback(self._tell, signal.SIGCONT)
        self._tell(signal.SIGSTOP)
        await until(lambda: is_stopped(self._node.server.pid), 5.0)

    async def wakes_up(self) -> None:
        """Bring the board to the same epoch and head elsewhere; then wake the node."""
        bob = await self._person(self._other, self._bobs)
        while (await self._held()).seq < self._lost.seq:
            await self._write(bob)
        while (held := await self._held()).epoch < self._lost.epoch:
            await self._claimed_again(self._other)
        await self._wake()

        async def is_known() -> bool:
            return bool(await self._said())

        is_noticed = await until(is_known, BACK_S, every_s=0.1)
        self.evidence = {
            "epochs": [self._lost.epoch, held.epoch],
            "heads": [self._lost.seq, held.seq],
            "zombie_appends": await self._said(),
        }
        is_same = (held.epoch, held.seq) == (self._lost.epoch, self._lost.seq)
        self.bit = is_same and held.token != self._lost.token and is_noticed

    async def recovers(self, log: str) -> None:
        """Wait until Ann has told again, in this history, what was lost."""
        ann = self._ann
        await until(lambda: ann.log == log and not ann.waiting, BACK_S, every_s=0.05)

    async def _wake(self) -> None:
        """Eve's words are there before it is awake."""
        op = token_hex(8)
        command = self._field.began(self._board, op)
        sent = self._field.sent(command, self._inc)
        move = {"do": "move_note", "with": {"note": self._note, "x": 9.0, "y": 9.0}}
        tell = {"type": "tell", "ref": 2, "board": self._board, "op": op, **move}
        self._eve.send({**tell, "attempt": 1})
        await self._eve.drain()
        self._tell(signal.SIGCONT)
        self._field.ledger.away.append(Away(self._inc, self._slept_at, now()))
        try:
            answer = await self._eve.expect("reply", "error", ref=2)
            self._field.answered(command, sent, answer, self._log)
        except (ConnectionError, TimeoutError):
            self._field.cut(sent)

    async def _said(self) -> list[str]:
        """Return what the database has said to the zombie."""
        zombies = (await seen(self._cluster.outside)).zombies
        return [one.said for one in zombies if one.board == self._board]

    async def _claimed_again(self, node: Node) -> None:
        """Have the nodes let the board go; who watches it there wakes it anew."""
        epoch = (await self._held()).epoch
        key = {"Authorization": f"Bearer {self._cluster.operator_key}"}
        url = f"{node.place.url}/api/v1/node/boards/{self._board}/evict/"
        async with aiohttp.ClientSession(headers=key) as http, http.post(url) as answer:
            # one that sleeps does not answer: the others have let it go
            assert answer.status in {200, 503}, await answer.text()

        async def is_claimed() -> bool:
            return (await self._held()).epoch > epoch

        await until(is_claimed, BACK_S, every_s=0.02)

    async def _person(self, node: Node, ghost: str) -> orbit.client.Board:
        client = self._field.client(ghost, node.place)
        return await (await self._stack.enter_async_context(client)).join(self._board)

    async def _write(self, board: orbit.client.Board) -> str:
        answer = board.tell("add_note", content="x")
        self._field.began(self._board, board._commands[-1].op)
        return (await answer).id

    async def _held(self) -> Held:
        row = (await self._cluster.outside.sql(ROW, self._board))[0]
        return Held(**row)

    def _tell(self, word: signal.Signals) -> None:
        os.kill(self._node.server.pid, word)
