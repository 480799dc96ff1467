"""The carrier over a real Redis that is cut, frozen, listened to and lied to."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis.asyncio import Redis

from orbit.core.cluster.carrier import Member, Sent
from orbit.core.errors import Unavailable
from orbit.store.redis.carrier import RedisCarrier
from orbit.store.redis.client import Client, RedisDown, RedisRefused
from orbit.store.redis.frames import Drop, Frame
from orbit.store.redis.members import RedisMembers
from tests.kit.carriers import Cluster, Inc, cluster, eventually, until
from tests.kit.valkey import Valkey, door, valkey

MARKER = b"what only the cluster may read"
ANN = Member("a", "ann", 1, is_fit=True)


@pytest.fixture
async def sealed() -> AsyncIterator[Cluster]:
    async with cluster("sealed") as opened:
        yield opened


@pytest.fixture
async def plain() -> AsyncIterator[Cluster]:
    async with cluster("redis") as opened:
        yield opened


@pytest.fixture
def redis() -> Iterator[Valkey]:
    with valkey() as server:
        yield server


def server(cluster: Cluster) -> Valkey:
    assert cluster.redis is not None
    return cluster.redis


def dropped(inc: Inc) -> dict[str, int]:
    assert isinstance(inc.carrier, RedisCarrier)
    return dict(inc.carrier.dropped)


def channel(cluster: Cluster, inc: Inc) -> str:
    return f"orbit:{cluster.log_id}:to:{inc.inc}"


@asynccontextmanager
async def spy(server: Valkey) -> AsyncIterator[list[tuple[str, bytes]]]:
    """Listen to all channels, as whoever reads Redis can."""
    heard: list[tuple[str, bytes]] = []
    async with Redis.from_url(server.url, protocol=2) as client:
        ears = client.pubsub()
        await ears.psubscribe("*")

        async def listen() -> None:
            async for message in ears.listen():
                if message["type"] == "pmessage":
                    name, data = message["channel"].decode(), message["data"]
                    heard.append((name, data))

        job = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            job.cancel()
            await asyncio.wait([job])
            await ears.aclose()


def _decoded(data: bytes) -> Frame:
    return msgspec.msgpack.decode(data, type=Frame)


async def kill_connections(server: Valkey, kind: str) -> None:
    assert await server.ask("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes") > 0


class TestTogether:
    """What is said to one node in one turn of the loop travels as one frame."""

    async def test_one_frame_a_node_and_turn_and_one_answer_for_each(
        self, sealed: Cluster
    ) -> None:
        ann, bob, eve = [await sealed.inc() for _ in range(3)]
        said = [b"%d" % at for at in range(100)]
        async with spy(server(sealed)) as heard:
            told = [ann.send(to, word) for word in said for to in (bob, eve)]
            assert {await one for one in told} == {Sent.CARRIED}
            for to in (bob, eve):
                await to.got(*said)
                await until(lambda to=to: _sent_to(heard, channel(sealed, to), ann))
                assert len(_sent_to(heard, channel(sealed, to), ann)) == 1

    async def test_a_frame_has_a_bound_and_order_holds_across_frames(
        self, sealed: Cluster
    ) -> None:
        ann, bob = await sealed.inc(), await sealed.inc()
        sizes = [1, 256 * 1024, 1, 60_000, 60_000, 1, 200_000, 1]
        said = [bytes([at]) * size for at, size in enumerate(sizes)]
        async with spy(server(sealed)) as heard:
            told = [ann.send(bob, word) for word in said]
            assert {await one for one in told} == {Sent.CARRIED}
            await bob.got(*said)
            to_bob = channel(sealed, bob)
            await until(lambda: len(_sent_to(heard, to_bob, ann)) >= 6)
            frames = _sent_to(heard, to_bob, ann)
        assert max(map(len, frames)) < 257 * 1024
        assert [frame.n for frame in map(_decoded, frames)] == [1, 2, 3, 4, 5, 6]

    async def test_where_nobody_listens_each_is_nowhere_and_others_arrive(
        self, sealed: Cluster
    ) -> None:
        ann, bob = await sealed.inc(), await sealed.inc()
        told = [
            (ann.send(bob, b"%d" % at), ann.send("no such inc", b"x"))
            for at in range(9)
        ]
        assert {await to_bob for to_bob, _ in told} == {Sent.CARRIED}
        assert {await to_nobody for _, to_nobody in told} == {Sent.NOWHERE}
        await bob.got(*(b"%d" % at for at in range(9)))

    async def test_an_answer_that_raises_keeps_none_from_another(
        self, sealed: Cluster
    ) -> None:
        ann, bob = await sealed.inc(), await sealed.inc()

        def fail(_sent: Sent) -> None:
            raise RuntimeError("a bug of whoever asked")

        problems: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: problems.append(context.get("exception"))
        )
        ann.carrier.send(bob.inc, b"first", fail)
        assert await ann.send(bob, b"second") is Sent.CARRIED
        assert await ann.send(bob, b"third") is Sent.CARRIED
        assert [str(problem) for problem in problems] == ["a bug of whoever asked"]


class TestSecrecy:
    """Whoever can read and write Redis learns nothing, and can forge nothing."""

    async def test_redis_sees_no_plain_text(self, sealed: Cluster) -> None:
        ann, bob = await sealed.inc(), await sealed.inc()
        async with spy(server(sealed)) as heard:
            assert await ann.send(bob, MARKER) is Sent.CARRIED
            await bob.got(MARKER)
            await until(lambda: _sent_to(heard, channel(sealed, bob), ann))
        assert not any(MARKER in data for _, data in heard)

    async def test_without_a_secret_it_does(self, plain: Cluster) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        async with spy(server(plain)) as heard:
            assert await ann.send(bob, MARKER) is Sent.CARRIED
            await until(lambda: any(MARKER in data for _, data in heard))

    async def test_frames_that_are_changed_or_sent_again_are_dropped(
        self, sealed: Cluster
    ) -> None:
        ann, bob = await sealed.inc(), await sealed.inc()
        redis, to_bob = server(sealed), channel(sealed, bob)
        async with spy(redis) as heard:
            assert await ann.send(bob, MARKER) is Sent.CARRIED
            await bob.got(MARKER)
            await until(lambda: _sent_to(heard, to_bob, ann))
        genuine = _sent_to(heard, to_bob, ann)[0]
        before = dropped(bob).get(Drop.OLD, 0)
        await redis.ask("PUBLISH", to_bob, genuine)
        flipped = genuine[:-1] + bytes([genuine[-1] ^ 1])
        later = flipped.replace(b"\x01\x00\xc3", b"\x7f\x00\xc3")  # another number
        await redis.ask("PUBLISH", to_bob, later)
        await redis.ask("PUBLISH", to_bob, b"\xff noise")
        await redis.ask("PUBLISH", channel(sealed, ann), genuine)
        assert await ann.send(bob, b"after") is Sent.CARRIED
        await bob.got(b"after")
        assert dropped(bob) == {
            Drop.OLD: before + 1,
            Drop.FORGED: 1,
            Drop.GARBLED: 1,
        }
        await until(lambda: dropped(ann).get(Drop.STRAY) == 1)
        assert ann.heard == []

    async def test_two_installations_on_one_redis_do_not_meet(
        self, plain: Cluster
    ) -> None:
        other = Cluster(server(plain), None)
        try:
            here, there = plain.new("same"), other.new("same")
            writer, members = await plain.inc(), other.members()
            for inc in (here, there):
                inc.start()
                await inc.hears()
            assert await writer.send("same", b"x") is Sent.CARRIED
            await here.got(b"x")
            assert await there.send(there, b"y") is Sent.CARRIED
            await there.got(b"y")
            assert dropped(there) == {}  # nothing came that it had to refuse
            await plain.members().beat(ANN)
            eve = Member("e", "eve", 1, is_fit=True)
            assert (await members.beat(eve)).members == [eve]
        finally:
            await other.close()


class TestConnections:
    """What breaks is mended, and until then it is known."""

    async def test_a_reader_that_is_cut_off_is_deaf_and_comes_back(
        self, plain: Cluster
    ) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        await kill_connections(server(plain), "pubsub")
        await until(lambda: bob.carrier.is_deaf)
        await bob.hears()

        async def arrives() -> bool:
            return await ann.send(bob, b"x") is Sent.CARRIED

        await eventually(arrives)
        await until(lambda: bob.heard)

    async def test_a_writer_that_is_cut_off_comes_back_and_nobody_is_deaf(
        self, plain: Cluster
    ) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        await kill_connections(server(plain), "normal")

        async def is_carried() -> bool:
            # what was written and not answered is in doubt, the rest went nowhere
            return await ann.send(bob, b"x") is Sent.CARRIED

        await eventually(is_carried)
        await until(lambda: bob.heard)

    async def test_a_flush_costs_no_frame(self, plain: Cluster) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        await plain.flush()
        assert await ann.send(bob, b"x") is Sent.CARRIED
        await bob.got(b"x")
        assert not bob.carrier.is_deaf

    async def test_a_paused_redis_leaves_doubt(self, plain: Cluster) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        await server(plain).ask("CLIENT", "PAUSE", 5_000, "ALL")
        assert await ann.send(bob, b"doubtful") is Sent.UNSURE
        await until(lambda: bob.carrier.is_deaf)
        await bob.hears()  # the pause ends by itself

    async def test_what_waits_behind_a_doubt_certainly_does_not_arrive(
        self, plain: Cluster
    ) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        server(plain).freeze()
        written = ann.send(bob, b"written")
        await asyncio.sleep(0)  # the turn after which it is written
        await asyncio.sleep(0)
        waiting = ann.send(bob, b"waiting")
        assert await written is Sent.UNSURE
        assert await waiting is Sent.NOWHERE
        server(plain).thaw()
        await ann.hears()

        async def is_carried() -> bool:
            return await ann.send(bob, b"after") is Sent.CARRIED

        await eventually(is_carried)
        await until(lambda: (ann.inc, b"after") in bob.heard)
        assert (ann.inc, b"waiting") not in bob.heard

    async def test_who_stops_tells_what_he_knows(self, plain: Cluster) -> None:
        ann, bob = await plain.inc(), await plain.inc()
        server(plain).freeze()
        written = ann.send(bob, b"written")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting = ann.send(bob, b"waiting")
        await ann.stop()
        assert await written is Sent.UNSURE
        assert await waiting is Sent.NOWHERE

    async def test_a_reader_that_is_cut_silently_is_replaced(
        self, plain: Cluster
    ) -> None:
        async with door(server(plain)) as way:
            url = f"redis://127.0.0.1:{way.port}"
            ann, bob = await plain.inc(), Inc(plain.over_redis(url, "bob"))
            bob.start()
            await bob.hears()
            before = way.connections
            way.is_mute = True
            assert await ann.send(bob, b"lost") is Sent.CARRIED
            await until(lambda: bob.carrier.is_deaf)
            await until(lambda: way.connections > before)
            assert way.lost > 0
            way.is_mute = False
            await bob.hears()
            assert await ann.send(bob, b"found") is Sent.CARRIED
            await bob.got(b"found")
            await bob.stop()

    async def test_a_reader_that_redis_has_forgotten_is_replaced(
        self, plain: Cluster, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with door(server(plain)) as way:
            bob = Inc(plain.over_redis(f"redis://127.0.0.1:{way.port}", "bob"))
            bob.start()
            await bob.hears()
            way.half_close()
            await until(lambda: "nobody listens" in caplog.text)
            await bob.hears()
            assert await bob.send(bob, b"found") is Sent.CARRIED
            await bob.got(b"found")
            await bob.stop()

    async def test_what_is_no_redis_is_told_in_the_log(
        self, plain: Cluster, caplog: pytest.LogCaptureFixture
    ) -> None:
        nowhere = Inc(plain.over_redis("unix:///no/such/socket", "lost"))
        nowhere.start()
        await until(lambda: "cannot connect" in caplog.text)
        assert nowhere.carrier.is_deaf
        await nowhere.stop()

    def test_a_malformed_address_is_refused_at_once(self) -> None:
        with pytest.raises(ValueError, match="option that is none"):
            Client("redis://h?nonsense=1")
        with pytest.raises(ValueError, match="scheme"):
            RedisMembers("http://h", log_id="l")


class TestWays:
    """Every way to Redis that an address can name."""

    async def test_with_a_password(self, redis: Valkey) -> None:
        await redis.ask("CONFIG", "SET", "requirepass", "marker")
        members = RedisMembers(f"unix://:marker@{redis.socket}?db=3", log_id="l")
        assert (await members.beat(ANN)).members == [ANN]
        await members.close()
        wrong = RedisMembers(f"unix://:wrong@{redis.socket}", log_id="l")
        with pytest.raises(Unavailable) as told:
            await wrong.beat(ANN)
        assert "wrong" not in f"{told.value} {told.value.__cause__}"

    async def test_over_tls(self, plain: Cluster, tmp_path: Path) -> None:
        context, root = _tls(tmp_path)
        async with door(server(plain), context) as way:
            url = f"rediss://127.0.0.1:{way.port}?ssl_ca_certs={root}"
            ann, bob = await plain.inc(), Inc(plain.over_redis(url, "bob"))
            bob.start()
            await bob.hears()
            assert await ann.send(bob, b"x" * 200_000) is Sent.CARRIED
            await bob.got(b"x" * 200_000)
            assert await bob.send(ann, b"y" * 200_000) is Sent.CARRIED
            await ann.got(b"y" * 200_000)
            await bob.stop()

    async def test_an_unknown_certificate_is_refused(
        self, plain: Cluster, tmp_path: Path
    ) -> None:
        context, _ = _tls(tmp_path)
        async with door(server(plain), context) as way:
            client = Client(f"rediss://127.0.0.1:{way.port}")
            with pytest.raises(RedisDown):
                await client.call("PING")


class TestMembers:
    """What only Redis can do to members."""

    async def test_a_script_that_redis_forgot_is_told_again(
        self, plain: Cluster
    ) -> None:
        members = plain.members()
        before = await members.beat(ANN)
        await server(plain).ask("SCRIPT", "FLUSH")
        assert await members.beat(ANN) == before

    async def test_members_live_for_six_seconds_by_the_clock_of_redis(
        self, plain: Cluster
    ) -> None:
        await plain.members().beat(ANN)
        key = f"orbit:{plain.log_id}:members"
        ends = int((await server(plain).ask("HGET", key, "a")).partition(b" ")[0])
        seconds, micros = await server(plain).ask("TIME")
        left = ends / 1000 - (int(seconds) + int(micros) / 1e6)
        assert 0 < left <= 6
        # an installation that is no more leaves nothing behind
        assert 0 < await server(plain).ask("PTTL", key) <= 60_000

    async def test_what_another_wrote_there_hurts_nobody(self, plain: Cluster) -> None:
        members, key = plain.members(), f"orbit:{plain.log_id}:members"
        await server(plain).ask("HSET", key, "x", "noise", "y", "9e9 {}", "view", "?")
        await server(plain).ask("HSET", key, "u", b"9999999999999 \xff")
        await server(plain).ask("HSET", key, "z", "9999999999999 {}")
        assert (await members.beat(ANN)).members == [ANN]
        await server(plain).ask("SET", key, "no hash")
        with pytest.raises(Unavailable):
            await members.beat(ANN)
        await plain.flush()
        assert (await members.beat(ANN)).members == [ANN]

    async def test_a_refusal_is_told_from_silence(self, redis: Valkey) -> None:
        client = Client(redis.url)
        with pytest.raises(RedisRefused):
            await client.call("NO SUCH COMMAND")
        assert await client.call("PING") == b"PONG"
        redis.freeze()
        with pytest.raises(RedisDown):
            await client.call("PING")
        redis.thaw()
        assert await client.call("PING") == b"PONG"
        await client.close()

    async def test_a_call_that_is_cancelled_ends_whenever_that_is(
        self, redis: Valkey
    ) -> None:
        """`asyncio.wait_for` loses it at times; who calls would never end."""
        client, cancelled = Client(redis.url), 0
        await client.call("PING")
        for turns in range(20):
            async with asyncio.TaskGroup() as group:
                call = group.create_task(client.call("ECHO", "cut off"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                was_cancelled = call.cancel()
            assert call.cancelled() is was_cancelled, turns
            cancelled += was_cancelled
            # and leaves nothing behind that another one would take for its answer
            assert await client.call("ECHO", turns) == str(turns).encode()
        assert cancelled >= 3
        await client.close()


def _sent_to(heard: list[tuple[str, bytes]], to: str, source: Inc) -> list[bytes]:
    """Return the frames to a channel that are not its own echoes."""
    mine = source.inc.encode()
    return [data for name, data in heard if name == to and mine in data]


def _tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what a server on loopback needs, and the certificate to know it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis of a test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder: Any = x509.CertificateBuilder(name, name, key.public_key())
    certificate = (
        builder.serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    root, secret = folder / "root.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    root.write_bytes(certificate.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(root, secret)
    return context, root
