"""How a feedback board forgets a person: in its state, on screens, in its journal."""

from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec.structs import asdict, replace

from orbit.core.kind import Context, Erasure, Event, Role
from orbit.core.kinds.feedback import items
from orbit.core.kinds.feedback.asked import EraseAuthor
from orbit.core.kinds.feedback.events import (
    AccessRequested,
    AuthorErased,
    NoteAdded,
    NoteDrafted,
    NoteEdited,
    NoteReported,
    ReportDrafted,
)
from orbit.core.kinds.feedback.state import Board, Draft, Note
from orbit.core.types import Change, Drop, Key


def decide(state: Board, _wish: EraseAuthor, ctx: Context) -> Sequence[Event]:
    author = ctx.who.id
    drafts = [draft.note for draft in state.drafts.values()]
    everything = [*state.notes.values(), *state.removed.values()]
    mine = [note for note in state.notes.values() if note.author == author]
    voted = [note for note in everything if author in note.votes]
    removed = [note.id for note in state.removed.values() if note.author == author]
    standing = [note.reports for note in state.notes.values() if note.reports]
    event = AuthorErased(
        author=author,
        notes=tuple(note.id for note in mine),
        removed=tuple(removed),
        voted=tuple((n.id, vote) for n in voted if (vote := n.votes[author])),
        votes=tuple(vote for note in mine for vote in note.standing),
        made=state.creator == author,
        hidden=tuple(note.id for note in mine if note.hidden),
        reports=tuple((who, r.id) for n in mine for who, r in n.reports.items()),
        reported=tuple(by[author].id for by in standing if author in by),
        mutes=tuple(id for id, mute in state.mutes.items() if mute.author == author),
        requests=tuple(id for id, one in state.requests.items() if one.who == author),
        members=tuple(id for id, who in state.members.items() if who == author),
        owned=state.owner == author,
        drafts=tuple(note.id for note in drafts if note.author == author),
        unread=tuple(id for id, one in state.unread.items() if one.reporter == author),
        recounted=tuple(note.id for note in voted if _tells(note, author)),
    )
    # What he undid, and what was removed since, is in no item, but it is in the state.
    everything += drafts
    left = voted or any(author in note.reports for note in everything)
    left = left or author in state.voters or author in state.refused.values()
    left = left or any(author in note.votes for note in drafts)
    is_known = left or any(asdict(event)[name] for name in _HIS)
    return [event] if is_known else []


_HIS = (
    *("notes", "removed", "votes", "made"),
    *("reported", "mutes", "requests", "members", "owned"),
    *("drafts", "unread"),
)


def _tells(note: Note, voter: str) -> bool:
    """Whether fewer votes are to be told of a note on a strict board without one."""
    return note.counted is not None and note.counted > _without(note, voter).cast


def apply(state: Board, event: AuthorErased) -> Board:
    author, notes = event.author, state.notes
    for note in state.notes.values():
        if note.author == author:
            notes = notes.delete(note.id)
        elif author in note.votes or author in note.reports:
            notes = notes.set(note.id, _without(note, author))
    drafts = {
        id: Draft(_without(draft.note, author), draft.is_gone)
        for id, draft in state.drafts.items()
        if draft.note.author != author
    }
    unread = {i: one for i, one in state.unread.items() if one.reporter != author}
    after = replace(
        state,
        drafts=drafts,
        unread=unread,
        release_at=state.release_at if drafts or unread else None,
        voters={who: True for who in state.voters if who != author},
        refused={id: who for id, who in state.refused.items() if who != author},
        uncounted={
            id: True
            for id in state.uncounted
            if id in notes and notes[id].cast != (notes[id].counted or 0)
        },
        creator="" if state.creator == author else state.creator,
        owner="" if state.owner == author else state.owner,
        notes=notes,
        removed={
            id: _without(note, author)
            for id, note in state.removed.items()
            if note.author != author
        },
        upvotes=sum(note.upvotes for note in notes.values()),
        mutes={id: one for id, one in state.mutes.items() if one.author != author},
        requests={id: one for id, one in state.requests.items() if one.who != author},
        members={id: who for id, who in state.members.items() if who != author},
    )
    return after.counting(after.count_at) if after.count_at else after


def _without(note: Note, person: str) -> Note:
    votes = {who: vote for who, vote in note.votes.items() if who != person}
    reports = {who: report for who, report in note.reports.items() if who != person}
    left = replace(note, votes=votes, reports=reports)
    if note.counted is None:
        return left
    return replace(left, counted=min(note.counted, left.cast))


def changes(state: Board, event: AuthorErased) -> Sequence[Change]:
    card = [] if state.deleted else [items.card(state)]
    return [
        *_his_notes(state, event),
        *_of_his_votes(state, event),
        *_his_standing(event),
        *card,
    ]


def _his_notes(state: Board, event: AuthorErased) -> Iterable[Change]:
    author = {event.author}
    for id in event.notes:
        if state.concealed or id in event.hidden:
            yield from items.bared(id, items.privy(state, event.author))
        else:
            yield Drop("note", id)
        yield Drop("signature", id, author)
    for id in event.removed:
        yield Drop("removed", id, author)
    for voter, vote in event.votes:
        yield Drop("upvote", vote, {voter})
    for reporter, id in event.reports:
        yield Drop("report", id, {reporter, Role.ADMIN})


def _his_standing(event: AuthorErased) -> Iterable[Change]:
    """Take away what else the board knew of him."""
    author, admins = {event.author}, {Role.ADMIN}
    if event.made:
        yield Drop("made", "board", author)
    if event.owned:
        yield Drop("owned", "board", author)
    for id in event.drafts:
        yield Drop("waiting", id, author)
        if id not in event.notes:
            yield Drop("signature", id, author)
    for id in event.unread:
        yield Drop("report", id, author)
    for id in event.reported:
        yield Drop("report", id, author | admins)
    for id in event.mutes:
        yield Drop("mute", id, admins)
        yield Drop("silence", id, author)
    for id in event.requests:
        yield Drop("request", id, admins)
    for id in event.members:
        yield Drop("member", id, author | admins)


def _of_his_votes(state: Board, event: AuthorErased) -> Iterable[Change]:
    for id, vote in event.voted:
        if id in state.notes:
            if not state.strict or id in event.recounted:
                yield from items.shown(state, state.notes[id])
            yield Drop("upvote", vote, {event.author})
        else:
            yield items.removed(state.removed[id])


def _owned(event: Event, author: str) -> Iterable[Key]:
    """Return the items that hold what `author` wrote: a note, and what was one, ..."""
    match event:
        case NoteAdded(note) if note.author == author:
            return [("note", note.id), ("removed", note.id), ("hidden", note.id)]
        case NoteDrafted(note) if note.author == author:
            kinds = ("note", "removed", "hidden", "waiting")
            return [(type, note.id) for type in kinds]
        case NoteReported(_, reporter, report) if reporter == author:
            return [("report", report)]
        case ReportDrafted(_, reporter, report) if reporter == author:
            return [("report", report)]
        case AccessRequested(request, who) if who == author:
            return [("request", request)]
        case _:
            return []


def _blanked(event: Event, blank: Set[Key]) -> Event:
    match event:
        case NoteAdded(note) if ("note", note.id) in blank:
            return NoteAdded(replace(note, content="", name=None))
        case NoteDrafted(note) if ("note", note.id) in blank:
            return replace(event, note=replace(note, content="", name=None))
        case NoteEdited(id) if ("note", id) in blank:
            return NoteEdited(id, "")
        case NoteReported(_, _, report) if ("report", report) in blank:
            return replace(event, reason="")
        case ReportDrafted(_, _, report) if ("report", report) in blank:
            return replace(event, reason="")
        case AccessRequested(request) if ("request", request) in blank:
            return replace(event, message="")
        case _:
            return event


def _blank_data(type: str, data: Mapping[str, object]) -> Mapping[str, object]:
    return {**data, **_BLANK.get(type, _NO_TEXT)}


_NO_TEXT = {"content": "", "author": None}
_BLANK: Mapping[str, Mapping[str, object]] = {
    "report": {"reason": ""},
    "request": {"message": ""},
}


ERASURE = Erasure(EraseAuthor, _owned, _blanked, _blank_data)
