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
from orbit.core.ports.console import Console, Day, Figures, Person, PersonFilter
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
from orbit.core.ports.leads import Form, Lead, LeadFilter, Leads, Replies
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
from orbit.core.ports.notices import News, Notice, Noticed, Notices
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
from orbit.core.ports.preferences import Preference, Preferences
from orbit.core.ports.trail import (
    MOST_COUNTED,
    Act,
    Ends,
    Link,
    Record,
    Recorded,
    Trail,
    Wanted,
)

__all__ = [
    "MOST_COUNTED",
    "RECENT",
    "About",
    "Account",
    "Accounts",
    "Act",
    "Append",
    "Bounds",
    "Card",
    "Catalogue",
    "Claim",
    "Clock",
    "Code",
    "Codes",
    "Console",
    "Cut",
    "Day",
    "Ends",
    "Factor",
    "Factors",
    "Figures",
    "Form",
    "Ghost",
    "Ghosts",
    "Hasher",
    "Held",
    "Invite",
    "Invites",
    "Journal",
    "Kept",
    "KeySource",
    "Lead",
    "LeadFilter",
    "Leads",
    "Lease",
    "Link",
    "Loaded",
    "Login",
    "Logins",
    "Mailer",
    "Member",
    "Membership",
    "Message",
    "NewBoard",
    "News",
    "Notice",
    "Noticed",
    "Notices",
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
    "Person",
    "PersonFilter",
    "Preference",
    "Preferences",
    "Record",
    "Recorded",
    "Registered",
    "Registry",
    "Replies",
    "Role",
    "Snapshot",
    "Standing",
    "Standpoint",
    "Told",
    "Trail",
    "Unsubscribed",
    "Wanted",
]
