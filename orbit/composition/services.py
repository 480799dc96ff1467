"""What the REST handlers may use of a core, and of the node around it."""

from collections.abc import Callable, Mapping

from orbit.composition import Core
from orbit.core.kinds import KINDS
from orbit.core.ports import Catalogue
from orbit.http.calls import Check, Services
from orbit.http.fleet import Fleet


def make_services(
    core: Core,
    catalogue: Catalogue,
    checks: Mapping[str, Check],
    info: Callable[[], Mapping[str, float]],
    fleet: Fleet | None = None,
) -> Services:
    """Return what the REST handlers may use."""
    return Services(
        clock=core.clock,
        jobs=core.jobs,
        router=core.boards.router,
        journal=core.boards.journal,
        acks=core.boards.acks,
        governor=core.boards.governor,
        identity=core.persons.identity,
        accounts=core.persons.accounts,
        merging=core.persons.merging,
        preferences=core.persons.preferences,
        belongings=core.persons.belongings,
        erasure=core.persons.erasure,
        addresses=core.auth.addresses,
        logins=core.auth.logins,
        passwords=core.auth.passwords,
        resets=core.auth.resets,
        second_factor=core.auth.second_factor,
        sign_in=core.auth.sign_in,
        unsubscribing=core.mail.unsubscribing,
        notices=core.mail.notices,
        leads=core.mail.leads,
        mailing=core.mail.mailing,
        invites=core.sharing.invites,
        organisations=core.sharing.organisations,
        org_invites=core.sharing.org_invites,
        cuts=core.sharing.cuts,
        trail=core.oversight.trail,
        console=core.oversight.console,
        my_data=core.oversight.my_data,
        catalogue=catalogue,
        kinds=KINDS,
        checks=checks,
        info=info,
        fleet=fleet,
    )
