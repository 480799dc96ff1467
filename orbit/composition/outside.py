"""An identity provider, whose tokens count where one is set."""

from orbit.composition import Core
from orbit.composition.persons import lives
from orbit.core.ports import KeySource, People
from orbit.core.services.outside import Outside
from orbit.core.services.provider import Provider, Trust
from orbit.preflight import CannotServe
from orbit.settings import Settings


def admit_outsiders(
    settings: Settings, core: Core, people: People, source: KeySource
) -> None:
    """Have tokens of the identity provider count that is set; `source` has its keys."""
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        raise CannotServe("the identity provider has no issuer, or no audience")
    trust = Trust(settings.oidc_issuer, settings.oidc_audience)
    provider = Provider(trust, source, core.clock, core.jobs)
    outside = Outside(
        people,
        core.persons.identity.keys,
        core.auth.sign_in,
        core.auth.second_factor,
        provider,
        core.oversight.trail,
        core.clock,
        lives(settings).idle,
    )
    core.persons.identity.outside = outside.admit
