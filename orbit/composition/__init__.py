"""How the parts of a node are wired: settings and stores in, core and services out.

    given ─> boards ─> persons ─> mail ─> auth ─> sharing ─> oversight

A file a part, each built on those before.  The other files wire the core to what is
around it: sockets, handlers, operators, other nodes, an identity provider.  Nothing
runs here, and nothing is decided that a test of a part could not.
"""

from msgspec import Struct

from orbit.composition.auth import Auth, make_auth
from orbit.composition.boards import Boards, make_boards
from orbit.composition.given import Given
from orbit.composition.mail import Mail, make_mail
from orbit.composition.oversight import Oversight, make_oversight
from orbit.composition.persons import Persons, make_persons
from orbit.composition.sharing import Sharing, make_sharing
from orbit.core.actors.jobs import Jobs
from orbit.core.cluster.nodes import Nodes
from orbit.core.ports import Clock, Hasher, Journal, Lease, Mailer, People
from orbit.settings import Settings


class Core(Struct, frozen=True):
    """What a node does, over whatever stores."""

    clock: Clock
    jobs: Jobs
    boards: Boards
    persons: Persons
    mail: Mail
    auth: Auth
    sharing: Sharing
    oversight: Oversight


def compose(
    settings: Settings,
    journal: Journal,
    people: People,
    lease: Lease,
    clock: Clock,
    mailer: Mailer,
    hasher: Hasher,
    nodes: Nodes | None = None,
) -> Core:
    """Wire the core of a node over its stores; nothing runs yet.

    With `nodes` it is one of several; without, every board lives here.
    """
    jobs = Jobs()
    given = Given(settings, journal, people, lease, clock, mailer, hasher, jobs, nodes)
    boards = make_boards(given)
    persons = make_persons(given, boards)
    mail = make_mail(given, persons)
    auth = make_auth(given, persons, mail)
    sharing = make_sharing(given, boards, persons, mail)
    oversight = make_oversight(given, persons, mail, auth, sharing)
    return Core(clock, jobs, boards, persons, mail, auth, sharing, oversight)
