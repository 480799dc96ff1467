"""What a database would hold, for all nodes that share it.  Plain data, no promises."""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace

from orbit.core.codec import Entry, Shown
from orbit.core.ports import (
    Account,
    Claim,
    Clock,
    Code,
    Cut,
    Ends,
    Factor,
    Ghost,
    Invite,
    Lead,
    Login,
    NewBoard,
    News,
    Notice,
    Organisation,
    OrgId,
    OrgInvite,
    OrgRole,
    Parcel,
    Preference,
    Recorded,
    Snapshot,
)
from orbit.core.types import BoardId, Key

LEASE_S = 6.0


class Row:
    """A board: its row, its journal, its items, its snapshot."""

    def __init__(self, board: NewBoard, made_at: datetime) -> None:
        self.board, self.made_at = board, made_at
        self.epoch = 0
        self.token: str | None = None
        self.owner: str | None = None
        self.heir: str | None = None
        self.heir_until = float("-inf")
        self.seq = 0
        self.floor = 0
        self.wake_at: datetime | None = None
        self.journal: list[Entry] = []
        self.told: dict[tuple[str, bytes, int], Entry] = {}
        self.items: dict[Key, Shown] = {}
        self.snapshot: Snapshot | None = None
        self.is_locked = False  # by another transaction, as a test may pretend

    def is_held_by(self, claim: Claim) -> bool:
        """Tell whether a claim is the newest."""
        return (self.epoch, self.token) == (claim.epoch, claim.token)

    def forget(self, upto: int) -> None:
        """Remove the events up to a seq, as retention does."""
        gone = [entry for entry in self.journal if entry.seq <= upto]
        self.journal = self.journal[len(gone) :]
        for entry in gone:
            del self.told[entry.who, entry.op, entry.ix]
        self.floor = max(self.floor, gone[-1].seq if gone else 0)


class Node:
    """A node: its lease, and the lock file that it holds."""

    def __init__(
        self, name: str, lock_key: str, expires: float, started_at: datetime
    ) -> None:
        self.name, self.started_at = name, started_at
        self.lock_key = lock_key
        self.expires = expires  # on the world's clock
        self.lapses = 0
        self.deaf_since: float | None = None  # on the world's clock


class Told:
    """A notice, whose it is, and since when it is read."""

    def __init__(self, notice: Notice, account: str) -> None:
        self.notice, self.account = notice, account
        self.read_at: datetime | None = None


class World:
    """The tables, and ids that are never given out twice."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.boards: dict[BoardId, Row] = {}
        self.nodes: dict[str, Node] = {}
        self.ghosts: dict[bytes, Ghost] = {}
        self.boxes: dict[bytes, tuple[int, bytes]] = {}
        self.boxed: dict[bytes, date] = {}  # when each was made
        self.accounts: dict[str, Account] = {}
        self.logins: dict[str, Login] = {}  # by family
        self.devices: dict[tuple[str, bytes], datetime] = {}  # of accounts; last seen
        self.passwords: dict[str, bytes] = {}  # by account, sealed
        self.outsiders: dict[bytes, str] = {}  # accounts of those of a provider
        self.factors: dict[str, Factor] = {}  # by account
        self.guesses: dict[bytes, datetime] = {}  # until when each is paid back
        self.codes: dict[tuple[bytes, bytes], Code] = {}  # by address and hash
        self.parcels: dict[str, tuple[datetime, Parcel]] = {}  # and when each is due
        self.invites: dict[str, Invite] = {}
        self.unsubscribed: dict[bytes, datetime] = {}
        self.taken: dict[str, bytes] = {}  # invites, and who comes in by them just now
        self.orgs: dict[OrgId, Organisation] = {}
        self.org_members: dict[tuple[OrgId, str], tuple[OrgRole, datetime]] = {}
        self.org_invites: dict[str, OrgInvite] = {}
        self.cuts: list[tuple[datetime, Cut]] = []
        self.trail: list[tuple[Recorded, bytes]] = []  # and their hashes
        self.trail_ends = Ends()
        self.trail_names: dict[str, str] = {}  # by account
        self.preferences: dict[str, Preference] = {}  # by account
        self.notices: dict[str, Told] = {}
        self.leads: dict[str, tuple[Lead, bytes]] = {}  # and whose inbox
        self.lead_notes: dict[str, str] = {}  # mails to the operator, by lead
        self._ids = 0
        self.log_id = self.fresh_id()

    def fresh_id(self) -> str:
        """Return a UUID that this world has not seen."""
        self._ids += 1
        return str(UUID(int=self._ids))

    def enter(self, inc: str, name: str, lock_key: str) -> None:
        """Let a node live for as long as a lease."""
        now, expires = self.clock.now(), self.clock.monotonic() + LEASE_S
        self.nodes[inc] = Node(name, lock_key, expires, now)

    def remove(self, board: BoardId) -> None:
        """Remove a board with all that is of it."""
        del self.boards[board]
        for one in [one for one in self.invites.values() if one.board == board]:
            del self.invites[one.id]

    def end_logins(self, account: str, but: str | None = None) -> set[str]:
        """End all logins of an account but one, and void its access tokens."""
        if found := self.accounts.get(account):
            self.accounts[account] = replace(found, version=found.version + 1)
        his = {key for key, each in self.logins.items() if each.account == account}
        for family in his - {but}:
            del self.logins[family]
        return his - {but}

    def tell(self, news: News | None, account: str, now: datetime) -> bool:
        """Tell an account something, once, unless it does not want that."""
        if news is None or account not in self.accounts or news.id in self.notices:
            return False
        wanted = self.preferences.get(account, Preference())
        if news.wish and not getattr(wanted, news.wish):
            return False
        notice = Notice(news.id, news.kind, news.sealed, now)
        self.notices[news.id] = Told(notice, account)
        return True

    def leave_org(self, org: OrgId, account: str) -> None:
        """Have somebody be no member; his invites go with him."""
        self.org_members.pop((org, account), None)
        his = [one for one in self.org_invites.values() if one.by == account]
        for one in [one for one in his if one.org == org]:
            del self.org_invites[one.id]

    def is_alive(self, inc: str | None) -> bool:
        """Tell whether a node's lease has not ended."""
        node = self.nodes.get(inc or "")
        return node is not None and node.expires >= self.clock.monotonic()

    def end(self, inc: str) -> bool:
        """End a node's lease, and tell whether it lasted until now."""
        was_alive = self.is_alive(inc)
        if was_alive:
            self.nodes[inc].expires = float("-inf")
        return was_alive
