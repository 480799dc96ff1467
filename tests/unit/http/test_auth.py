"""Who calls, and from which page: each decision on a request made by hand."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from orbit.core.errors import Busy, Forbidden, RateLimited, Unauthenticated
from orbit.http.auth import (
    QUEUE_S,
    address,
    credentials,
    is_foreign_page,
    is_https,
    is_own_page,
    may_connect,
    origin_allowed,
)
from orbit.settings import Settings
from tests.kit.app import settings
from tests.kit.sim import simulate

HOST = "orbit.example"


def request(
    *headers: tuple[str, str], method: str = "GET", peer: str = "203.0.113.9"
) -> web.Request:
    """A request as it arrives from `peer`."""

    class Transport:
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return (peer, 5) if name == "peername" else default

    given = CIMultiDict([("Host", HOST), *headers])
    return make_mocked_request(method, "/", given, transport=Transport())


def test_the_header_goes_before_the_cookie() -> None:
    both = request(("X-Ghost-ID", "header"), ("Cookie", "orbit_ghost=cookie"))
    assert credentials(both, settings()).secret == "header"
    one = request(("Cookie", "orbit_ghost=cookie"))
    assert credentials(one, settings()).secret == "cookie"
    assert credentials(request(), settings()).secret is None


def test_who_shows_a_token_is_not_asked_for_a_cookie() -> None:
    token, cookie = ("Authorization", "bearer x.y"), ("Cookie", "orbit_ghost=s")
    shown = credentials(request(token, cookie), settings())
    assert (shown.token, shown.secret) == ("x.y", None)
    shown = credentials(request(token, ("X-Ghost-ID", "g")), settings())
    assert (shown.token, shown.secret) == ("x.y", "g")


def test_other_schemes_are_no_token() -> None:
    shown = credentials(request(("Authorization", "Basic eDp5")), settings())
    assert shown.token is None


@pytest.mark.parametrize("value", ["Bearer \u00e9", "Bearer " + "a" * 9_000])
def test_a_malformed_token_is_unauthenticated(value: str) -> None:
    with pytest.raises(Unauthenticated):
        credentials(request(("Authorization", value)), settings())


@pytest.mark.parametrize("value", ["", "\u00e9", "a\tb", "a" * 5_000])
@pytest.mark.parametrize("name", ["X-Ghost-ID", "X-Admin-Token"])
def test_malformed_secrets_are_unauthenticated(name: str, value: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        credentials(request((name, value)), settings())
    assert not value or value not in refusal.value.message


def test_a_cookie_counts_for_writes_of_our_own_page_only() -> None:
    cookie = ("Cookie", "orbit_ghost=s")
    own = request(cookie, ("Origin", f"http://{HOST}"), method="POST")
    assert credentials(own, settings()).secret == "s"
    silent = request(cookie, method="POST")
    assert credentials(silent, settings()).secret is None
    with pytest.raises(Forbidden):
        credentials(request(cookie, ("Origin", "null"), method="POST"), settings())


# Pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        (f"http://{HOST}", True),
        (f"HTTP://{HOST.upper()}", True),
        (f"https://{HOST}", False),
        (f"http://{HOST}:8080", False),
        (f"http://{HOST}.evil.example", False),
        (f"http://evil.example?{HOST}", False),
        ("null", False),
        ("", False),
        ("https://app.example", True),
        ("https://public.example", True),
    ],
)
def test_socket_origin_matrix(origin: str, is_own: bool) -> None:
    given = settings(
        cors_origins="https://app.example,https://two.example",
        public_url="https://public.example/",
    )
    asked = request(("Origin", origin))
    assert is_own_page(asked, given) is is_own
    assert is_foreign_page(asked, given) is not is_own
    assert origin_allowed(asked, given) is is_own


def test_who_is_no_browser_may_open_sockets() -> None:
    assert origin_allowed(request(), settings())
    assert origin_allowed(request(("Cookie", "a=b")), settings())


def test_a_star_opens_sockets_and_trusts_no_cookie() -> None:
    given = settings(cors_origins="*")
    asked = request(("Origin", "https://evil.example"))
    assert origin_allowed(asked, given)
    assert not is_own_page(asked, given)


def test_the_fetch_site_counts_where_there_is_no_origin() -> None:
    for site, is_own in (("same-origin", True), ("same-site", False), ("none", False)):
        assert is_own_page(request(("Sec-Fetch-Site", site)), settings()) is is_own


# Proxies ---------------------------------------------------------------------------


PROXIES = settings(trusted_proxies="10.0.0.0/8,2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy: it lies
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the left is made up
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "2a01:4f8:1:2:3::4", "2a01:4f8:1:2::/64"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::/64"),
    ],
)
def test_forwarded_for_only_from_trusted_proxy(
    peer: str, forwarded: str, client: str
) -> None:
    asked = request(("X-Forwarded-For", forwarded), peer=peer)
    assert address(asked, PROXIES) == client
    assert address(asked, settings()) == address(request(peer=peer), settings())


def test_several_headers_are_one_list() -> None:
    asked = request(
        ("X-Forwarded-For", "1.2.3.4"),
        ("X-Forwarded-For", "198.51.100.1"),
        peer="10.0.0.1",
    )
    assert address(asked, PROXIES) == "198.51.100.1"


def test_https_is_what_a_trusted_proxy_says() -> None:
    said = ("X-Forwarded-Proto", "https")
    assert is_https(request(said, peer="10.0.0.1"), PROXIES)
    assert not is_https(request(said), PROXIES)
    assert not is_https(request(said, peer="10.0.0.1"), settings())
    assert not is_https(request(("X-Forwarded-Proto", "x"), peer="10.0.0.1"), PROXIES)


# Handshakes ------------------------------------------------------------------------


async def test_a_handshake_from_another_site_is_refused() -> None:
    look = may_connect(settings())
    look(request())
    with pytest.raises(Forbidden):
        look(request(("Origin", "https://evil.example")))


def at_once(scenario: Callable[[], None]) -> Callable[[], None]:
    """Make a test of what happens at one moment, however slow the machine is."""

    async def run(_loop: object) -> None:
        scenario()

    @wraps(scenario)
    def test() -> None:
        simulate(run, 0)

    return test


@at_once
def test_handshakes_of_one_address_are_bounded() -> None:
    look = may_connect(settings({"handshakes_per_address_s": 3}))
    for _ in range(3):
        look(request())
    with pytest.raises(RateLimited):
        look(request())
    look(request(peer="203.0.113.10"))


@at_once
def test_handshakes_of_all_together_wait_for_their_turn() -> None:
    look = may_connect(settings({"handshakes_per_s": 1}))
    waits = [look(request(peer=f"203.0.113.{n}")) for n in range(5)]
    assert waits == pytest.approx([0, 1, 2, 3, 4])


@at_once
def test_who_would_wait_too_long_is_refused_and_spread() -> None:
    look = may_connect(settings({"handshakes_per_s": 3}))
    for n in range(15):
        assert look(request(peer=f"203.0.113.{n}")) <= QUEUE_S
    waits = set()
    for n in range(20, 30):
        with pytest.raises(Busy) as refused:
            look(request(peer=f"203.0.113.{n}"))
        waits.add(refused.value.after)
    assert len(waits) > 5, "they would come back together"


def test_comma_separated_origins() -> None:
    given: Settings = settings(cors_origins="https://a.example, https://b.example")
    for origin in ("https://a.example", "https://b.example"):
        assert origin_allowed(request(("Origin", origin)), given)
    assert not origin_allowed(request(("Origin", "https://c.example")), given)
