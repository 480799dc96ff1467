"""What the core needs from outside.  Docstrings are promises, under contract test.

Every method may raise `StoreDown` (the database did not answer; nothing was changed)
unless it says otherwise.
"""

from orbit.core.ports.accounts import (
    About,
    Account,
    Accounts,
    Hasher,
    Login,
    Logins,
    Passwords,
    Role,
)
from orbit.core.ports.catalogue import RECENT, Card, Catalogue
from orbit.core.ports.factors import Factor, Factors
from orbit.core.ports.ghosts import Ghost, Ghosts
from orbit.core.ports.invites import Bounds, Invite, Invites, Kept, Standing
from orbit.core.ports.journal import (
    Append,
    Claim,
    Held,
    Journal,
    Loaded,
    NewBoard,
    Op,
    Outcome,
    Snapshot,
    Told,
)
from orbit.core.ports.mail import (
    Code,
    Codes,
    Mailer,
    Message,
    Outbox,
    Parcel,
    Unsubscribed,
)
from orbit.core.ports.nodes import Clock, Lease, Registered, Registry
from orbit.core.ports.organisations import (
    Cut,
    Member,
    Membership,
    Organisation,
    Organisations,
    OrgId,
    OrgInvite,
    OrgRole,
    Standpoint,
)
from orbit.core.ports.outside import KeySource, Outsiders
from orbit.core.ports.people import People

__all__ = [
    "RECENT",
    "About",
    "Account",
    "Accounts",
    "Append",
    "Bounds",
    "Card",
    "Catalogue",
    "Claim",
    "Clock",
    "Code",
    "Codes",
    "Cut",
    "Factor",
    "Factors",
    "Ghost",
    "Ghosts",
    "Hasher",
    "Held",
    "Invite",
    "Invites",
    "Journal",
    "Kept",
    "KeySource",
    "Lease",
    "Loaded",
    "Login",
    "Logins",
    "Mailer",
    "Member",
    "Membership",
    "Message",
    "NewBoard",
    "Op",
    "OrgId",
    "OrgInvite",
    "OrgRole",
    "Organisation",
    "Organisations",
    "Outbox",
    "Outcome",
    "Outsiders",
    "Parcel",
    "Passwords",
    "People",
    "Registered",
    "Registry",
    "Role",
    "Snapshot",
    "Standing",
    "Standpoint",
    "Told",
    "Unsubscribed",
]
