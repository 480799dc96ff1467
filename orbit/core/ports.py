"""What the core needs from outside.  Docstrings are promises, under contract test.

Every method may raise `StoreDown` (the database did not answer; nothing was changed)
unless it says otherwise.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from orbit.core.codec import Entry, Shown
from orbit.core.types import BoardId, Items, Key


class NewBoard(Struct, frozen=True):
    """A board to be: its row, before anything has happened on it."""

    id: BoardId
    kind: str
    salt: bytes  # of its author keys


class Claim(Struct, frozen=True):
    """The right to write one board, until somebody claims it after us."""

    board: BoardId
    kind: str
    epoch: int
    token: str  # a fresh UUID: an epoch can be given out twice, a token never (2.11)
    seq: int  # the head
    floor: int  # the highest seq that retention has removed
    log_id: str


class Held(Struct, frozen=True):
    """How a board is held just now."""

    claim: Claim  # of whoever claimed it last: to read with, never to write with
    owner: str | None  # the inc that may write it; None: nobody who is alive
    heir: str | None  # the inc that may claim it first; None: whoever does


class Snapshot(Struct, frozen=True):
    """A state saved to wake faster; disposable."""

    seq: int
    version: int
    state: bytes


class Loaded(Struct, frozen=True):
    """All that a state is folded from: a snapshot, perhaps, and what came after it."""

    snapshot: Snapshot | None
    tail: Sequence[Entry]


class Append(Struct, frozen=True):
    """What one board wants to have written: all of it, or nothing."""

    claim: Claim
    expect: int  # the head that the turn was decided on
    entries: Sequence[Entry]
    wake_at: datetime | None


class Outcome(StrEnum):
    """What has certainly become of one board's append."""

    DONE = "done"  # committed
    FENCED = "fenced"  # not committed: the claim is no longer the newest
    BUSY = "busy"  # not committed: another transaction holds the row; try again
    REFUSED = "refused"  # not committed: the data cannot be stored
    UNAVAILABLE = "unavailable"  # not committed: disk full, read-only, shutting down
    UNKNOWN = "unknown"  # it may be committed: claim again, then look


class Told(Struct, frozen=True):
    """A command that the journal has: its last seq, and the hash of what it asked."""

    seq: int
    digest: bytes


Op = tuple[str, bytes]  # who, op


class Journal(Protocol):
    """The boards and what happened on them."""

    async def create(self, board: NewBoard) -> None:
        """Make the row of a board, with head 0.  Does nothing if it is there."""

    async def salt(self, board: BoardId) -> bytes:
        """Return the board's salt.

        Raises:
            NotFound: there is no such board, or the id is malformed.
        """

    async def claim(self, board: BoardId) -> Claim:
        """Take the board over.  Every append under an older claim fails from now on.

        Waits for an append in flight, so that what is loaded afterwards is all there
        will ever be of older claims.

        Raises:
            NotFound: there is no such board, or the id is malformed.
            Moved: its owner is alive elsewhere, or it is being handed to another.
            Unavailable: its row is locked.
        """

    async def peek(self, board: BoardId) -> Held:
        """Return who holds the board, and its head, without touching it.

        Raises:
            NotFound: there is no such board, or the id is malformed.
        """

    async def peek_all(self, boards: Sequence[BoardId]) -> Mapping[BoardId, Held]:
        """Return what `peek` does, of each of these that there is."""

    async def release(self, claim: Claim, heir: str | None = None) -> bool:
        """Let a board go: for anybody or, for 2 s, for the inc `heir` alone.

        Returns whether it was still ours.  Every append under this claim fails from
        now on.  While the heir has it to himself, claims of others raise `Moved`.

        Raises:
            Unavailable: its row is locked; or, unlike elsewhere, it may be done.
        """

    async def held(self, claims: Sequence[Claim]) -> Set[BoardId]:
        """Return the boards of those claims that are still the newest."""

    async def load(self, claim: Claim, version: int) -> Loaded:
        """Return snapshot and tail up to the claim's head, in one view of the data.

        A snapshot of another `version` is left out.  Snapshot and tail together are
        gapless up to `claim.seq`.

        Raises:
            Fenced: somebody has claimed the board since.
        """

    async def snapshot(self, board: BoardId) -> Snapshot | None:
        """Return the snapshot that is kept of a board, of whatever version."""

    async def append(self, turns: Sequence[Append]) -> Sequence[Outcome]:
        """Store events, their changes and the items; per board, all or nothing.

        One outcome per turn, in order; boards are distinct.  When it returns, what is
        DONE is on disk.  Never raises: what cannot be known is UNKNOWN, for all boards.
        A cancelled call is finished all the same.
        """

    async def told(self, board: BoardId, ops: Sequence[Op]) -> Mapping[Op, Told]:
        """Return those of `ops` that the journal has."""

    async def since(self, board: BoardId, seq: int, limit: int) -> Sequence[Entry]:
        """Return the entries after `seq`, oldest first, at most `limit` of them.

        Seqs are contiguous: the first is `seq + 1`, or the answer is empty.  Fewer than
        `limit` means that the head was reached.

        Raises:
            Gone: `seq` is below the floor, which `details` has; only a view helps.
        """

    async def save(self, claim: Claim, snapshot: Snapshot) -> bool:
        """Keep a snapshot, unless the claim is old or a newer one is kept.

        Returns whether it was kept.
        """

    async def redact(
        self, claim: Claim, entries: Sequence[Entry], snapshot: Snapshot
    ) -> None:
        """Replace entries that the journal has, and the snapshot: all or nothing.

        Seqs, ops and times stay as they are; of what an entry held else nothing is
        left, here or in mails about it that were not sent.  Whoever saves an older
        snapshot after this is refused.  Items stay: what they hold, an append says.

        Raises:
            Fenced: somebody has claimed the board since; nothing was changed.
            Unavailable: it is done, or nothing is; tell it again.
        """

    async def wrote(self, authors: Mapping[BoardId, str]) -> Set[BoardId]:
        """Return those boards whose journal names their author as such."""

    async def salts(self, after: str, limit: int) -> Sequence[tuple[BoardId, bytes]]:
        """Return all boards with their salts, in the order of `boards`."""

    async def needed(self, board: BoardId, keys: Set[Key]) -> Items:
        """Return those of `keys` that exist, as the last append left them."""

    async def items(
        self,
        board: BoardId,
        type: str,
        sight: Set[str],
        *,
        after: str = "",
        search: str = "",
        limit: int = 100,
    ) -> Sequence[Shown]:
        """Return a board's items of one type that `sight` may see, by id after `after`.

        `search` keeps those whose data holds all its words, whatever their case.

        Raises:
            Busy: there is too much to search, or too many are searching.
        """

    async def due(self, now: datetime, limit: int) -> Sequence[BoardId]:
        """Return boards whose deadline has passed, the longest due first."""

    async def boards(self, after: str, limit: int) -> Sequence[BoardId]:
        """Return all boards in the order of their ids, after one of them."""

    async def purge(
        self, ends: Set[tuple[str, str]], before: datetime, limit: int
    ) -> int:
        """Remove boards that have ended, with all that they hold; return how many.

        Ended is what has one of the events `ends` (kind and type, whose name ends in
        `_deleted`) from before `before`.  At most `limit` at once, and none that
        somebody is writing just now.
        """


class Registered(Struct, frozen=True):
    """One start of a node, as the database knows it."""

    inc: str
    name: str  # that boards are placed by: a start after this one has it, too
    state: str  # up, left or dead
    proto: int
    started_at: datetime
    beat_age_s: float  # since it was last heard of, by the database's clock
    lapses: int
    is_alive: bool
    deaf_s: float | None = None  # for so long it hears no other node; None: it does


class Registry(Protocol):
    """The nodes that share a database."""

    async def registered(self, ended_within_s: float) -> Sequence[Registered]:
        """Return who lives, or has ended of late; the oldest first."""


RECENT = 2_000  # boards, from which the popular ones are taken


class Card(Struct, frozen=True):
    """A board at a glance: its item `board`, which all see who may see the board."""

    board: BoardId
    kind: str
    made_at: datetime
    data: bytes  # JSON


class Catalogue(Protocol):
    """What is to be found across boards, as their last appends left it.

    A board that has ended has no card.  `search` keeps those whose title holds all its
    words, whatever their case.

    Raises:
        Busy: there is too much to search, or too many are searching.
    """

    async def newest(
        self,
        *,
        search: str = "",
        before: tuple[datetime, BoardId] | None = None,
        limit: int = 100,
    ) -> Sequence[Card]:
        """Return public boards, the newest first, from those made before one."""

    async def popular(
        self, *, search: str = "", skip: int = 0, limit: int = 100
    ) -> Sequence[Card]:
        """Return public boards, those with the most upvotes first.

        Of the `RECENT` newest: what was loved long ago is in nobody's way.
        """

    async def cards(self, boards: Set[BoardId]) -> Mapping[BoardId, Card]:
        """Return the cards of those boards that have one, public or not."""

    async def own(
        self, authors: Mapping[BoardId, str], types: Set[str]
    ) -> Mapping[BoardId, Mapping[str, int]]:
        """Count the items of each type that are for an author alone, board by board.

        A board where there are none is left out.
        """

    async def among(self, authors: Mapping[BoardId, str], type: str) -> Set[BoardId]:
        """Return the boards with an item of a type for an author, among others."""


class Lease(Protocol):
    """Whether this node may answer from memory (guarantees.md, 2.9)."""

    def is_valid(self) -> bool:
        """Tell whether no other node can have claimed one of our boards by now."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that also count while the machine sleeps."""


class Ghost(Struct, frozen=True):
    """What is kept of a ghost: nothing from which the secret or a board follows."""

    key: bytes  # HMAC(pepper, "ghost-id" | secret)
    created_at: datetime
    expires_at: datetime
    is_leaving: bool = False  # it is being erased
    account: str | None = None  # that holds it


class Ghosts(Protocol):
    """The ghosts that were minted, by their keyed hash."""

    async def add(self, ghost: Ghost) -> None:
        """Remember a new ghost."""

    async def find(self, key: bytes) -> Ghost | None:
        """Return the ghost, or None: unknown, erased or expired."""

    async def retire(self, key: bytes) -> None:
        """Note that a ghost is leaving.  Does nothing if it is unknown."""

    async def remove(self, key: bytes) -> None:
        """Forget a ghost and its box.  Does nothing if it is unknown."""

    async def box(self, label: bytes) -> tuple[int, bytes]:
        """Return version and sealed content of a ghost's own list; (0, b"") if none."""

    async def keep_box(self, label: bytes, version: int, sealed: bytes) -> bool:
        """Replace the box if it still has `version`; tell whether it was replaced."""

    async def remove_box(self, label: bytes) -> None:
        """Forget a box."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Remove ghosts that have expired, at most `limit`; return how many."""

    async def purge_boxes(self, before: datetime, limit: int) -> int:
        """Remove boxes that were made on a day before that of `before`.

        At most `limit`; returns how many.
        """

    async def claim(self, key: bytes, account: str) -> bool:
        """Tie a ghost to an account; tell whether it is that account's now.

        What an account holds does not expire.  False: the ghost is another's, unknown,
        expired or leaving.
        """

    async def hold_box(self, label: bytes) -> None:
        """Keep a box for good, also one that is yet to come."""


class About(Struct, frozen=True, omit_defaults=True):
    """What somebody says of himself."""

    first_name: str = ""
    last_name: str = ""
    bio: str = ""
    avatar_url: str = ""
    organization: str = ""


class Account(Struct, frozen=True):
    """Somebody who signs in."""

    id: str  # a UUID
    email: str
    personas: bytes  # who he is to boards, sealed with the pepper
    created_at: datetime
    name: str = ""
    version: int = 1  # of its access tokens: those of another one are void
    is_leaving: bool = False  # it is being erased
    username: str = ""  # that he signs in by; alike in no two accounts, whatever case
    verified_at: datetime | None = None  # since then the address is shown to be his
    about: About = About()

    def __repr__(self) -> str:
        return f"Account({self.id})"  # what is in it may not reach a log


class Accounts(Protocol):
    """Who has signed in."""

    async def add(self, account: Account) -> Account:
        """Make an account, unless its address has one; return the one it has."""

    async def find(self, id: str) -> Account | None:
        """Return an account, or None."""

    async def of(self, email: str) -> Account | None:
        """Return the account of an address, or None."""

    async def edit(
        self, id: str, name: str | None, about: Mapping[str, str]
    ) -> Account | None:
        """Change the name, unless it is None, and the fields of `About` that are told.

        Returns the account as it is now, or None.
        """

    async def hold(self, id: str, before: bytes, after: bytes) -> bool:
        """Replace what is sealed, if it is still `before`; tell whether it was."""

    async def retire(self, id: str) -> None:
        """Note that an account is leaving.  Does nothing if it is unknown."""

    async def prove(self, id: str, now: datetime) -> Set[str]:
        """Note that the address was shown to be his; return the logins that ended.

        If it was not before, password and logins are void: they may be of somebody
        who has only typed the address.
        """

    async def remove(self, id: str) -> None:
        """Forget an account and its logins.  Does nothing if it is unknown."""


class Passwords(Protocol):
    """What accounts are entered by, as sealed hashes; and how much was guessed."""

    async def register(self, account: Account, sealed: bytes) -> str:
        """Make an account with a password: both, or neither.

        Returns "", or which field another account has already: `email`, `username`.
        """

    async def of(self, name: str) -> tuple[Account, bytes] | None:
        """Return who has a mail address or user name, in small letters; None: nobody.

        What is sealed is empty for who has no password.
        """

    async def change(
        self, account: str, before: bytes, after: bytes, now: datetime, but: str
    ) -> Set[str] | None:
        """Replace what is sealed, and end all logins but one; return those that ended.

        None, and nothing is done: it is not `before` any more.
        """

    async def choose(self, account: str, sealed: bytes, now: datetime) -> Set[str]:
        """Give an account a password, and end all logins; return those that ended.

        Its address was shown to be his.  Does nothing if the account is unknown.
        """

    async def spend(self, who: bytes, now: datetime, per: timedelta, most: int) -> bool:
        """Count a guess; False, and it is not, if there were too many.

        There may be `most` at once, and one each `per` in the long run, however many
        ask at the same time.
        """

    async def forgive(self, who: bytes) -> None:
        """Forget what somebody guessed before he knew it."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget guesses that count no more; return how many."""


class Hasher(Protocol):
    """Slow hashes of passwords, beside the loop.

    Raises:
        Busy: too many wait for theirs.
    """

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""

    async def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is this password's; None takes as long, and is nobody's."""


class Login(Struct, frozen=True):
    """A sign-in that lasts, and the one refresh token of it that is good."""

    family: str  # a UUID
    account: str
    salt: bytes  # without it no token of the family can be made
    began_at: datetime
    rotated_at: datetime
    counter: int = 0  # of the token that is good
    agent: str = ""  # what the browser says that it is


class Logins(Protocol):
    """The sign-ins that have not ended."""

    async def begin(self, login: Login, version: int) -> bool:
        """Remember a new login; False if the account's version is not this any more."""

    async def find(self, family: str) -> tuple[Login, Account] | None:
        """Return a login and whose it is; None if it has ended, or never was."""

    async def rotate(self, family: str, counter: int, now: datetime) -> bool:
        """Count one up from `counter`; False if somebody else has, or it has ended."""

    async def end(self, family: str) -> None:
        """Forget a login.  Does nothing if it has ended."""

    async def of(self, account: str) -> Sequence[Login]:
        """Return the logins of an account, the one that was used last first."""

    async def end_all(self, account: str, but: str | None = None) -> Set[str]:
        """End all logins of an account but one; return those that ended.

        All its access tokens are void, and what has begun to begin does not.
        """

    async def ended(self, families: Set[str]) -> Set[str]:
        """Return those that have ended."""

    async def purge(self, began: datetime, rotated: datetime, limit: int) -> int:
        """End logins that began, or were used last, before; return how many."""


class Code(Struct, frozen=True):
    """A code that shows whose a mail address is; nothing from which either follows."""

    mail: bytes  # a keyed hash of the address
    asked_by: bytes  # a keyed hash of the ghost that may show it; empty: anybody
    hash: bytes  # a keyed hash of the code
    sent_at: datetime
    expires_at: datetime
    tries: int  # that are left


class Parcel(Struct, frozen=True):
    """A mail on its way, sealed with the pepper."""

    id: str  # a UUID
    sealed: bytes
    until: datetime  # after this it is of no use
    attempts: int = 0


class Codes(Protocol):
    """The codes that were sent of late."""

    async def keep(
        self, code: Code, parcel: Parcel, since: datetime, most: int
    ) -> bool:
        """Keep a code and the mail that tells it: both, or neither.

        The one before that the same ghost asked for is void.  False: `most` codes were
        kept for this address since `since`, and nothing was done.
        """

    async def spend(
        self, mail: bytes, asked_by: Set[bytes], now: datetime
    ) -> Sequence[Code]:
        """Take a try off each code that may still be shown, and return those.

        However many ask at once, a code is returned no more often than it had tries.
        """

    async def use(self, code: Code) -> bool:
        """Void a code; False if somebody has before."""

    async def purge(self, before: datetime, limit: int) -> int:
        """Forget codes that were sent before; return how many."""


class Outbox(Protocol):
    """Mails that are still to be sent."""

    async def add(self, parcel: Parcel) -> None:
        """Have a mail sent."""

    async def take(
        self, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Return mails that are due, the attempt counted; nobody else gets them.

        Who has not said by `now + lease` what became of one, has lost it to others.
        """

    async def postpone(self, id: str, at: datetime) -> None:
        """Have a mail tried again."""

    async def remove(self, id: str) -> None:
        """Forget a mail: it was sent, or never will be."""

    async def purge(self, now: datetime, limit: int) -> int:
        """Forget mails that are of no use any more; return how many."""


class Standing(StrEnum):
    """What has become of an invite; its time may be over all the same."""

    OPEN = "open"
    CAME = "came"
    WITHDRAWN = "withdrawn"


class Invite(Struct, frozen=True):
    """That an address may come to see a board, once."""

    id: str  # a UUID; of its mail, too
    board: BoardId
    mail: bytes  # a keyed hash of the address
    token: bytes  # a keyed hash of what its link holds
    sealed: bytes  # the address, sealed with the pepper; empty: it was withdrawn
    op: bytes  # of the call that made it
    made_at: datetime
    expires_at: datetime
    state: Standing = Standing.OPEN


class Bounds(Struct, frozen=True):
    """How many invites there may be."""

    again_since: datetime  # of one address to one board: one
    since: datetime
    of_mail: int  # of one address to whatever boards, since then
    of_board: int  # that a board remembers


class Kept(StrEnum):
    """Whether an invite was kept, and if not, which bound it met."""

    KEPT = "kept"
    TOLD = "told"  # by the same call before
    AGAIN = "again"
    ADDRESS = "address"
    BOARD = "board"


class Invites(Protocol):
    """Who was invited by mail.  What was withdrawn is in no answer but `withdraw`'s.

    A board that is purged takes its invites along.
    """

    async def keep(self, invite: Invite, parcel: Parcel, bounds: Bounds) -> Kept:
        """Keep an invite and the mail that tells it: both, or neither.

        Whoever has unsubscribed is mailed nothing; no answer tells that.
        The one before of the same address to the same board is withdrawn.
        """

    async def by_token(self, board: BoardId, token: bytes) -> Invite | None:
        """Return the invite to a board that a link is of, or None."""

    async def by_mail(self, board: BoardId, mail: bytes) -> Invite | None:
        """Return the invite of an address to a board, or None."""

    async def of_board(self, board: BoardId) -> Sequence[Invite]:
        """Return who was invited to a board, the last one first."""

    async def open(self, mail: bytes, now: datetime, limit: int) -> Sequence[Invite]:
        """Return the invites that an address may still come by, the last one first."""

    async def take(self, id: str, by: bytes, now: datetime) -> bool:
        """Have an open invite be one person's, until he has come or gives it back.

        Told again by the same, it is his.  False: it is another's, or over.
        """

    async def use(self, id: str, by: bytes) -> None:
        """Note that who has taken it came in, and forget who that was."""

    async def give_back(self, id: str, by: bytes) -> None:
        """Have it be nobody's again, if he has taken it."""

    async def withdraw(self, board: BoardId, mail: bytes) -> bool:
        """Void an invite, and its mail if that waits; False if there never was one.

        That it was made is remembered, for it is counted.
        """

    async def forget(self, mail: bytes) -> None:
        """Remove all invites of an address, and their mails that wait."""

    async def purge(self, before: datetime, withdrawn: datetime, limit: int) -> int:
        """Remove those made before, those `withdrawn` before that; return how many."""


class Unsubscribed(Protocol):
    """Addresses that get no mails but those they ask for."""

    async def add(self, mail: bytes, now: datetime) -> None:
        """Have an address be one of them, and its invites that wait not be sent.

        Told again, it changes nothing.
        """

    async def remove(self, mail: bytes) -> None:
        """Have an address be none of them."""


class People(Struct, frozen=True):
    """The stores of who people are."""

    ghosts: Ghosts
    accounts: Accounts
    logins: Logins
    passwords: Passwords
    codes: Codes
    outbox: Outbox
    invites: Invites
    unsubscribed: Unsubscribed


class Message(Struct, frozen=True):
    """A mail, as somebody reads it."""

    to: str
    subject: str
    text: str
    html: str
    language: str = "en"
    stop: str = ""  # where to stop mails that nobody asked for; empty: he asked for it

    def __repr__(self) -> str:
        return "Message()"  # what is in it may not reach a log


class Mailer(Protocol):
    """The post."""

    async def send(self, message: Message, id: str) -> None:
        """Send a mail; `id` is the same when it is sent again.

        Raises:
            Rejected: it is refused for good.
            Unavailable: it may go later; perhaps it went.
        """
