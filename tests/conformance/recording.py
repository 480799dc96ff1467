"""What writes a case down while it is played to a server.

The server is the real one, from a socket's frames to the journal, on a clock that is
simulated: the same lines come out each time, until the server says something else.
What a client should show is not folded from frames, but read off the server's state.
"""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from orbit.composition.gate import make_gate
from orbit.core.actors.actor import BoardActor
from orbit.core.actors.mailbox import Done
from orbit.core.codec import shown, to_mapping
from orbit.core.errors import Moved
from orbit.core.kind import Context, Join
from orbit.core.kinds.feedback import KIND
from orbit.core.kinds.feedback.asked import OpenBoard, RevokeLink
from orbit.core.services.identity import Caller, link_digest
from orbit.core.types import BoardId, Principal, sight, visible
from orbit.http.governor import Governor
from orbit.http.handover import Connections
from orbit.http.wheel import Wheel
from orbit.http.ws import Socket
from orbit.settings import Limits, Settings
from tests.kit.board import BOB, Rig
from tests.kit.sim import SimLoop
from tests.kit.wire import frames as taken_apart

ANN = Principal("ann")
SECRET, BOBS = "ann's secret", "bob's secret"
LINK = "the admin token"
Line = dict[str, Any]
CALM = {"state": "live", "waiting": 0}


class Doormen:
    """Who is who, without a database: Ann and Bob have a secret each."""

    async def recognise(self, secret: str) -> Caller:
        return Caller("ghost", {SECRET: ANN, BOBS: BOB}[secret].id)

    async def principal(
        self, caller: Caller, _board: BoardId, link: str | None, *, at: float
    ) -> Principal:
        claims = {f"link:{link_digest(link)}"} if link else set()
        return Principal(caller.id, claims=frozenset(claims))

    def key(self, _secret: str) -> None:
        """Return where somebody's own list is kept: nowhere."""


class End:
    """The far end of a socket: what the server has said there."""

    fd, ticket = -1, 0  # written to by `write` alone
    paused, lagged_s = False, 0.0

    def __init__(self) -> None:
        self.messages: list[list[Line]] = []
        self.code: int | None = None

    def write(self, data: bytes) -> None:
        for message in taken_apart(bytes(data)):
            lines = message.payload.split(b"\n")
            self.messages.append([json.loads(line) for line in lines])

    def close(self, code: int, _reason: str) -> None:
        self.code = int(code)


class Case:
    """One recording: what a client should say and show, and what it was told."""

    def __init__(self, loop: SimLoop, name: str, about: str) -> None:
        self.loop, self.lines = loop, [Line(case=name, about=about)]
        self.rig: Rig
        self.board: BoardId
        self._ends: dict[int, tuple[Socket, End]] = {}
        self._refs: dict[str, int] = {}
        self._last: Line = {}
        self.ann, self.secret = ANN, SECRET

    # The server.

    async def house(self, **options: Any) -> Rig:
        """Have a server."""
        rig = Rig(self.loop, **options)
        await rig.start()
        return rig

    async def begin(self, *, link: bool = False, **fields: Any) -> None:
        """Have a server with a board, on which Bob has written a note."""
        self.rig = await self.house()
        self.board = await self.opened(self.rig, **fields)
        await self.rig.do(self.board, "add_note", BOB, op="first", content="first")
        self.joins(link=link)

    async def opened(self, rig: Rig, **fields: Any) -> BoardId:
        id = await rig.new()
        command = OpenBoard("Retro", fields.get("is_public", True), link_digest(LINK))
        await rig.order(id, command, BOB)
        return id

    def gate(self, rig: Rig) -> Any:
        """Return what the sockets of a server share."""
        settings = Settings(pepper="a pepper of tests, as long as it should be")
        people, limits = Doormen(), Limits()
        told, ends = SimpleNamespace(acts=[]), SimpleNamespace(ends=[])
        core = SimpleNamespace(
            clock=rig.clock,
            jobs=rig.jobs,
            boards=SimpleNamespace(router=rig.router, governor=Governor(limits)),
            persons=SimpleNamespace(identity=people, belongings=people, erasure=ends),
            mail=SimpleNamespace(notices=SimpleNamespace(spread=told)),
            sharing=SimpleNamespace(
                cuts=told,
                invites=SimpleNamespace(opens=None),  # nobody here comes with one
            ),
        )
        connections = Connections(Wheel(self.loop))
        return make_gate(settings, core, connections, rig.node.inc)  # type: ignore[arg-type]

    def joins(self, *, link: bool = False) -> None:
        """Have the client join the board, as Ann."""
        about = {"board": self.board, "ghost": SECRET}
        self.lines.append({"joins": about | ({"link": LINK} if link else {})})
        self._link = LINK if link else None

    # What others do.

    async def bob(
        self,
        do: str,
        *,
        link: bool = False,
        op: str = "",
        is_done: bool = True,
        **body: Any,
    ) -> None:
        """Have Bob do something, with the admin link perhaps."""
        claims = {f"link:{link_digest(LINK)}"} if link else set()
        who = Principal(BOB.id, claims=frozenset(claims))
        answer = await self.rig.tell(self.board, do, who, op=op, **body).answer()
        assert isinstance(answer, Done) == is_done, answer

    async def bob_sits(self) -> tuple[Socket, End]:
        """Have Bob watch the board, too."""
        end = End()
        socket = Socket(self.gate(self.rig), end)  # type: ignore[arg-type]
        for said in (
            {"type": "hello", "ghost": BOBS},
            {"type": "join", "ref": 1, "board": self.board},
        ):
            socket.received(json.dumps(said).encode())
        return socket, end

    async def revokes(self) -> None:
        """Have the admin link be revoked."""
        who = Principal(BOB.id, claims=frozenset({f"link:{link_digest(LINK)}"}))
        await self.rig.order(self.board, RevokeLink("0" * 64), who)

    async def leaves_for_now(self) -> None:
        """Have the board be dismissed, as when another node takes it over."""
        actor = self.rig.directory.get(self.board)
        assert isinstance(actor, BoardActor)
        actor._watching.dismiss(Moved())
        await self.hears()

    @property
    def log(self) -> str:
        return str(self.rig.world.log_id)

    @property
    def first(self) -> str:
        """Bob's first note."""
        state = self.rig.state(self.board)
        notes = {**state.removed, **dict(state.notes)}
        return next(id for id, note in notes.items() if note.content == "first")

    def roles(self, at: int) -> list[str]:
        """Return the roles that were told last."""
        told = [
            frame
            for line in self.lines
            if line.get("says") == at
            for frame in line["frames"]
            if frame["type"] == "joined"
        ]
        return list(told[-1]["role"])

    async def over(self) -> None:
        """End: nobody is left on the board."""
        for socket, _ in self._ends.values():
            socket.lost()
        await self.rig.close()

    # What the client says and is told.

    def opens(self, at: int, rig: Rig | None = None) -> None:
        """Have the socket that the client has dialled be open; they are numbered."""
        end = End()
        self._ends[at] = Socket(self.gate(rig or self.rig), end), end  # type: ignore[arg-type]
        self.lines.append({"opens": at})

    async def says(self, at: int, frame: bytes) -> None:
        """Have the server say something on its own."""
        self._ends[at][1].messages.append([json.loads(frame)])
        await self.hears()

    def says_again(self) -> None:
        """Have what was said last be said twice."""
        self.lines.append(next(one for one in reversed(self.lines) if "says" in one))

    async def sends(self, at: int, *, lost: bool = False, **said: Any) -> None:
        """Expect a frame of the client, and hear what is said to it."""
        self.lines.append({"sends": at, "frame": said})
        real = {key: self._real(key, value) for key, value in said.items()}
        self._ends[at][0].received(json.dumps(real).encode())
        await self.hears(lost=lost)

    def _real(self, key: str, value: Any) -> Any:
        if key == "ref":
            return self._refs.setdefault(value, len(self._refs) + 1)
        return value.removeprefix("$") if key == "op" else value

    async def hears(self, s: float = 0.05, *, lost: bool = False) -> None:
        """Wait, and write down what was said meanwhile; or have it be lost."""
        await asyncio.sleep(s)
        for at, (_, end) in self._ends.items():
            said, end.messages = end.messages, []
            for message in [] if lost else said:
                told = [self._named(each) for each in message]
                self.lines.append({"says": at, "frames": told})

    def _named(self, told: Line) -> Line:
        names = {number: name for name, number in self._refs.items()}
        if "ref" in told:
            told["ref"] = names[told["ref"]]
        if "items" in told:  # in any order
            told["items"].sort(key=lambda item: item[:2])
        return told

    async def passes(self, s: float) -> None:
        """Let time pass for the client, and for the server."""
        await self.hears(s)
        self.lines.append({"passes": s})

    def knows_the_time(self) -> None:
        """Have the client say what the server's clock says: the greeting, and since."""
        now = 0
        for line in self.lines:
            greeting = [told for told in line.get("frames", ()) if "time" in told]
            now = (
                greeting[0]["time"] if greeting else now + line.get("passes", 0) * 1_000
            )
        self.lines.append({"clock": now})

    def breaks(self, at: int, code: int = 1006) -> None:
        """Have a socket be closed from the other end."""
        self._ends.pop(at)[0].lost()
        self.lines.append({"breaks": at, "code": code})

    def ends(self, at: int) -> None:
        """Expect the client to have closed a socket."""
        self._ends.pop(at)[0].lost()
        self.lines.append({"ends": at})

    def tells(self, name: str, do: str, **body: Any) -> None:
        self.lines.append({"tells": name, "do": do, "with": body})

    def signals(self, do: str, **body: Any) -> None:
        self.lines.append({"signals": do, "with": body})

    async def enters(
        self, at: int = 1, *, ref: str = "$join", rig: Rig | None = None, **more: Any
    ) -> None:
        """Say hello and join, over a socket that is open now."""
        self.opens(at, rig)
        await self.sends(at, type="hello", versions=[1], ghost=SECRET)
        link = {"link": self._link} if self._link else {}
        await self.sends(at, type="join", ref=ref, board=self.board, **link, **more)

    async def goes(
        self,
        at: int,
        name: str,
        do: str,
        *,
        attempt: int = 1,
        lost: bool = False,
        **body: Any,
    ) -> None:
        """Expect a command to be sent; its answer may be lost."""
        about = {"board": self.board, "op": f"${name}", "attempt": attempt}
        ref = f"${name}{attempt}"
        await self.sends(
            at, lost=lost, type="tell", ref=ref, **about, do=do, **{"with": body}
        )

    # What is expected.

    def shows(self, **more: Any) -> None:
        """Expect all that there is now to be shown, as Ann may see it."""
        rig = self.rig
        eyes = Principal("ann")
        if self._link:
            eyes = Principal("ann", claims=frozenset({f"link:{link_digest(LINK)}"}))
        items: dict[str, Line] = {}
        for type, id, data in sorted(_seen(rig, self.board, eyes), key=_place):
            items.setdefault(type, {})[id] = data
        self._last = {"seq": rig.seqs(self.board)[-1], "items": items}
        self.lines.append(
            {"shows": {"state": "live", "waiting": 0} | self._last | more}
        )

    def still_shows(self, **more: Any) -> None:
        """Expect what was shown before, and this."""
        self.lines.append({"shows": self._last | more})

    def happened(self, *events: tuple[str, Any]) -> None:
        """Expect these events since the last look: `change` or `reset`, and its seq."""
        self.lines.append({"happened": [list(event) for event in events]})

    def answered(self, name: str, seq: int) -> str:
        """Expect a command to be done, and return the id that it was given."""
        ids = [
            frame["result"]["id"]
            for line in self.lines
            for frame in line.get("frames", ())
            if frame["type"] == "reply" and frame["seq"] == seq
        ]
        self.lines.append({"answered": name, "seq": seq, "id": ids[0]})
        return str(ids[0])

    def refused(self, name: str, error: str) -> None:
        self.lines.append({"refused": name, "error": error})


def _place(item: tuple[str, str, Any]) -> tuple[str, str]:
    return item[:2]


def _seen(rig: Rig, board: BoardId, who: Principal) -> Iterator[tuple[str, str, Any]]:
    state = rig.state(board)
    roles = KIND.roles(state, Join(), Context(who, rig.clock.now(), ""))
    eyes = sight(who, {str(role) for role in roles})
    for put in visible(eyes, KIND.view(state, eyes)):
        yield put.type, put.id, to_mapping(shown(put).data or b"")
