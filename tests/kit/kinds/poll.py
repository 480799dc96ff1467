"""Poll: options, one vote a person, an end.

(nothing) ──OpenPoll──> open ──Tick at `closes_at`, ClosePoll──> closed

Nobody sees the tally of an open poll; its host sees how many have voted.  Who voted
for what, and who wrote a comment, is told to that person alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Annotated, assert_never

from msgspec import Meta, Struct
from msgspec.structs import replace

from orbit.core.errors import Gone, NotFound, Rejected, require
from orbit.core.kind import (
    Asked,
    Command,
    Context,
    Event,
    Join,
    Kind,
    Permissions,
    Role,
    Signal,
    Tick,
    refuse,
)
from orbit.core.types import EVERYONE, Audience, Change, Drop, Key, Put, Record

MAX_VOTERS = 10_000
WINDOW = 3  # comments that the state holds; the index holds all

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Options = Annotated[tuple[Text, ...], Meta(min_length=2, max_length=20)]
Choice = Annotated[int, Meta(ge=0, lt=20)]


class Ballot(Record):
    id: str
    option: int


class Said(Record):
    id: str
    author: str
    text: str


class Poll(Struct, frozen=True):
    """The state.  `ballots` is keyed by voter; `recent` is a window, oldest first."""

    options: tuple[str, ...] = ()
    host: str = ""
    closes_at: datetime | None = None
    closed: bool = False
    ballots: Mapping[str, Ballot] = {}
    recent: tuple[Said, ...] = ()


class OpenPoll(Command):
    options: Options
    closes_at: datetime


class CastVote(Command):
    option: Choice


class ClosePoll(Command):
    pass


class AddComment(Command):
    text: Text


class RemoveComment(Command):
    comment: str


class Typing(Signal):
    """Somebody is writing a comment."""


class PollOpened(Event):
    options: tuple[str, ...]
    host: str
    closes_at: datetime


class VoteCast(Event):
    voter: str
    ballot: str
    option: int


class PollClosed(Event):
    pass


class CommentAdded(Event):
    comment: str
    author: str
    text: str


class CommentRemoved(Event):
    comment: str
    author: str


PollCommand = OpenPoll | CastVote | ClosePoll | AddComment | RemoveComment | Tick
PollEvent = PollOpened | VoteCast | PollClosed | CommentAdded | CommentRemoved

PERMISSIONS: Permissions = {
    Join: {Role.ANYONE},
    Tick: {Role.SYSTEM},
    OpenPoll: {Role.SYSTEM},
    CastVote: {Role.PARTICIPANT},
    ClosePoll: {Role.ADMIN},
    AddComment: {Role.PARTICIPANT},
    RemoveComment: {Role.AUTHOR},
    Typing: {Role.PARTICIPANT},
}


def roles(state: Poll, asked: Asked, ctx: Context) -> Set[Role]:
    if not state.options:
        return {Role.SYSTEM} if isinstance(asked, OpenPoll) else set()
    if "system" in ctx.who.claims:
        return {Role.SYSTEM}
    held = {Role.ANYONE}
    if ctx.who.id:
        held.add(Role.PARTICIPANT)
        if ctx.who.id == state.host:
            held.add(Role.ADMIN)
        if isinstance(asked, RemoveComment) and _wrote(asked.comment, ctx):
            held.add(Role.AUTHOR)
    return held


def needs(command: PollCommand) -> Sequence[Key]:
    """Return what tells the author of a comment that has left the window."""
    match command:
        case RemoveComment(comment):
            return [("signature", comment)]
        case _:
            return ()


def _wrote(comment: str, ctx: Context) -> bool:
    signature = ctx.items.get(("signature", comment))
    return signature is not None and ctx.who.id in signature.audience


def refused(state: Poll, asked: Asked, held: Set[Role]) -> Rejected:
    if not state.options:
        return NotFound("there is no such poll")
    return refuse(state, asked, held)


def decide(state: Poll, command: PollCommand, ctx: Context) -> Sequence[Event]:
    match command:
        case OpenPoll(options, closes_at):
            require(len(set(options)) == len(options), "two options are alike")
            require(closes_at > ctx.at, "the end is in the past")
            return [PollOpened(options, ctx.who.id, closes_at)]
        case CastVote(option):
            _still_open(state, ctx)
            require(option < len(state.options), "no such option")
            return _vote(state, option, ctx)
        case ClosePoll():
            return [] if state.closed else [PollClosed()]
        case Tick():
            due = deadline(state)
            return [PollClosed()] if due and due <= ctx.at else []
        case AddComment(text):
            return [CommentAdded(ctx.id, ctx.who.id, text)]
        case RemoveComment(comment):
            return [CommentRemoved(comment, ctx.who.id)]
        case _:
            assert_never(command)


def _still_open(state: Poll, ctx: Context) -> None:
    due = deadline(state)
    if due is None or ctx.at >= due:  # the Tick may be late
        raise Gone("the poll is closed")


def _vote(state: Poll, option: int, ctx: Context) -> Sequence[Event]:
    before = state.ballots.get(ctx.who.id)
    if before is None:
        require(len(state.ballots) < MAX_VOTERS, "too many have voted")
        return [VoteCast(ctx.who.id, ctx.id, option)]
    same = before.option == option
    return [] if same else [VoteCast(ctx.who.id, before.id, option)]


def apply(state: Poll, event: PollEvent) -> Poll:
    match event:
        case PollOpened(options, host, closes_at):
            return Poll(options, host, closes_at)
        case VoteCast(voter, ballot, option):
            ballots = {**state.ballots, voter: Ballot(ballot, option)}
            return replace(state, ballots=ballots)
        case PollClosed():
            return replace(state, closed=True)
        case CommentAdded(comment, author, text):
            recent = (*state.recent, Said(comment, author, text))
            return replace(state, recent=recent[-WINDOW:])
        case CommentRemoved(comment, _author):
            left = tuple(said for said in state.recent if said.id != comment)
            return replace(state, recent=left)
        case _:
            assert_never(event)


def deadline(state: Poll) -> datetime | None:
    return None if state.closed else state.closes_at


def public(state: Poll) -> Iterable[Put]:
    if state.options:
        yield _board(state)
    if state.closed:
        yield _tally(state)
    for said in state.recent:
        yield Put("comment", said.id, {"text": said.text})


def private(state: Poll, sight: Set[str]) -> Iterable[Put]:
    if state.options:
        yield _turnout(state)
    for voter in sight & state.ballots.keys():
        yield _mine(voter, state.ballots[voter].id, state.ballots[voter].option)
    for said in state.recent:
        yield _signature(said.id, said.author)


def changes(state: Poll, event: PollEvent) -> Sequence[Change]:
    match event:
        case PollOpened() | PollClosed():
            return _card(state)
        case VoteCast(voter, ballot, option):
            return [_mine(voter, ballot, option), _turnout(state)]
        case CommentAdded(comment, author, text):
            return _comment(comment, author, text)
        case CommentRemoved(comment, author):
            mine = Drop("signature", comment, {author})
            return [Drop("comment", comment), mine]
        case _:
            assert_never(event)


def _card(state: Poll) -> Sequence[Put]:
    tally = [_tally(state)] if state.closed else []
    return [_board(state), _turnout(state), *tally]


def _board(state: Poll) -> Put:
    seen = {"options": state.options, "ends": state.closes_at, "closed": state.closed}
    return Put("board", "board", seen)


def _turnout(state: Poll) -> Put:
    return Put("turnout", "turnout", {"voted": len(state.ballots)}, {Role.ADMIN})


def _tally(state: Poll) -> Put:
    count = Counter(ballot.option for ballot in state.ballots.values())
    seen = {"counts": [count[option] for option in range(len(state.options))]}
    return Put("tally", "tally", seen)


def _mine(voter: str, ballot: str, option: int) -> Put:
    return Put("ballot", ballot, {"option": option}, {voter})


def _comment(id: str, author: str, text: str) -> Sequence[Put]:
    return [Put("comment", id, {"text": text}), _signature(id, author)]


def _signature(id: str, author: str) -> Put:
    return Put("signature", id, {}, {author})


def audience(_state: Poll, _signal: Typing) -> Audience:
    return EVERYONE


def upcast(type: str, version: int, data: bytes) -> tuple[str, bytes]:
    """Read old rows: in version 1 a poll was closed by `poll_ended`."""
    if version == 1 and type == "poll_ended":
        return "poll_closed", data
    return type, data


KIND = Kind[Poll](
    name="poll",
    initial=Poll(),
    state_version=1,
    events=PollEvent.__args__,
    permissions=PERMISSIONS,
    roles=roles,
    decide=decide,
    apply=apply,
    public=public,
    private=private,
    changes=changes,
    audience=audience,
    needs=needs,
    deadline=deadline,
    refuse=refused,
    upcast=upcast,
    internal={OpenPoll},
    shows={"board", "turnout", "tally", "ballot", "comment", "signature"},
    windowed={"comment", "signature"},
    event_version=2,
)
