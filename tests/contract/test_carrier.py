"""Every carrier carries alike, and tells the truth about each frame; so do members."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from orbit.core.cluster.carrier import Member, Members, Sent
from orbit.core.errors import Unavailable
from orbit.store.memory import carrier as memory
from orbit.store.redis import publisher
from tests.kit.carriers import Cluster, cluster, eventually, until

LARGEST = 256 * 1024
ANN = Member("a", "ann", 1, is_fit=True)
BOB = Member("b", "bob", 1, is_fit=True)


@pytest.fixture(params=["memory", "redis", "sealed"])
async def anywhere(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    """A fresh hub, or a Redis of one's own, plain and sealed."""
    async with cluster(request.param) as opened:
        yield opened


@pytest.fixture(params=["memory", "redis"])
async def somewhere(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    """The same for members, of which nothing is sealed."""
    async with cluster(request.param) as opened:
        yield opened


class TestFrames:
    """What is sent, what arrives, and what is told of it."""

    async def test_a_frame_arrives_with_its_sender(self, anywhere: Cluster) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        frame = bytes(range(256))
        assert await ann.send(bob, frame) is Sent.CARRIED
        ann.carrier.send(bob.inc, b"")  # nobody asks what became of it
        await bob.got(frame, b"")
        assert ann.heard == []

    async def test_one_may_write_to_oneself(self, anywhere: Cluster) -> None:
        ann = await anywhere.inc()
        assert await ann.send(ann, b"me") is Sent.CARRIED
        await ann.got(b"me")

    async def test_frames_of_a_pair_arrive_in_order_and_once(
        self, anywhere: Cluster
    ) -> None:
        ann, bob, eve = [await anywhere.inc() for _ in range(3)]
        sent = [b"%d" % at for at in range(1_500)]
        for frame in sent:
            ann.carrier.send(eve.inc, frame)
            bob.carrier.send(eve.inc, frame)
        last = [ann.send(eve, b"last"), bob.send(eve, b"last")]
        assert [await told for told in last] == [Sent.CARRIED, Sent.CARRIED]
        await until(lambda: len(eve.heard) >= 2 * len(sent) + 2)
        for writer in (ann, bob):
            of_one = [frame for source, frame in eve.heard if source == writer.inc]
            assert of_one == [*sent, b"last"]

    async def test_where_nobody_listens_is_nowhere(self, anywhere: Cluster) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        assert await ann.send("no such inc", b"x") is Sent.NOWHERE
        await bob.stop()

        async def is_gone() -> bool:
            return await ann.send(bob, b"x") is Sent.NOWHERE

        await eventually(is_gone)

    async def test_who_does_not_run_sends_nowhere_and_is_deaf(
        self, anywhere: Cluster
    ) -> None:
        ann, bob = anywhere.new(), await anywhere.inc()
        assert ann.carrier.is_deaf
        assert await ann.send(bob, b"x") is Sent.NOWHERE
        ann.start()
        await ann.hears()
        assert await ann.send(bob, b"y") is Sent.CARRIED
        await bob.got(b"y")
        await ann.stop()
        assert ann.carrier.is_deaf
        assert await ann.send(bob, b"z") is Sent.NOWHERE

    async def test_the_largest_frame_arrives_and_a_larger_one_is_nowhere(
        self, anywhere: Cluster
    ) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        too_large = ann.send(bob, b"x" * (LARGEST + 1))
        assert too_large.done()
        assert await too_large is Sent.NOWHERE
        assert await ann.send(bob, b"x" * LARGEST) is Sent.CARRIED
        await bob.got(b"x" * LARGEST)

    @pytest.mark.parametrize("size", [1, LARGEST])
    async def test_what_finds_no_room_is_nowhere_at_once(
        self, anywhere: Cluster, size: int
    ) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        assert memory.QUEUE_BYTES == publisher.QUEUE_BYTES
        assert memory.QUEUE_FRAMES == publisher.QUEUE_FRAMES
        room = min(publisher.QUEUE_FRAMES, publisher.QUEUE_BYTES // size)
        sent = [ann.send(bob, bytes(size)) for _ in range(room + 3)]
        refused = [told for told in sent if told.done()]
        assert refused == sent[room:]
        assert {await told for told in refused} == {Sent.NOWHERE}
        assert {await told for told in sent[:room]} == {Sent.CARRIED}
        await until(lambda: len(bob.heard) == room)
        assert await ann.send(bob, bytes(size)) is Sent.CARRIED  # there is room again


class TestFaults:
    """What is told and heard while nothing is carried, and afterwards."""

    async def test_an_outage_makes_deaf_and_heals_by_itself(
        self, anywhere: Cluster
    ) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        anywhere.stop()
        await until(lambda: ann.carrier.is_deaf and bob.carrier.is_deaf)
        assert await ann.send(bob, b"lost") in {Sent.NOWHERE, Sent.UNSURE}
        since = ann.carrier.deaf_since
        anywhere.start()
        await ann.hears()
        await bob.hears()
        assert since is not None
        assert ann.carrier.deaf_since is None
        assert await ann.send(bob, b"found") is Sent.CARRIED
        await bob.got(b"found")

    async def test_what_was_sent_into_a_freeze_is_in_doubt(
        self, anywhere: Cluster
    ) -> None:
        ann, bob = await anywhere.inc(), await anywhere.inc()
        began = anywhere.clock.monotonic()
        anywhere.freeze()
        assert await ann.send(bob, b"doubtful") is Sent.UNSURE
        await until(lambda: ann.carrier.is_deaf and bob.carrier.is_deaf)
        since = ann.carrier.deaf_since
        assert since is not None
        assert since - began <= 3.5
        assert bob.heard == []
        anywhere.thaw()
        await ann.hears()
        await bob.hears()

        async def is_carried() -> bool:
            return await ann.send(bob, b"after") is Sent.CARRIED

        await eventually(is_carried)
        await until(lambda: bob.heard[-1:] == [(ann.inc, b"after")])
        frames = [frame for _, frame in bob.heard]
        # if it comes at all, it comes once and first
        assert frames.count(b"doubtful") <= 1
        assert b"doubtful" not in frames[1:]


class TestMembers:
    """Who is there, and what a view says of its own age."""

    async def test_who_beats_is_there_for_all(self, somewhere: Cluster) -> None:
        here, there = somewhere.members(), somewhere.members()
        assert (await there.beat(BOB)).members == [BOB]
        view = await here.beat(ANN)
        assert view.members == [ANN, BOB]
        assert await there.beat(BOB) == view

    async def test_a_view_grows_with_each_change_and_only_then(
        self, somewhere: Cluster
    ) -> None:
        members = somewhere.members()
        first = await members.beat(ANN)
        assert (await members.beat(ANN)).number == first.number
        both = await members.beat(BOB)
        assert both.number > first.number
        tired = Member("b", "bob", 1, is_fit=False)
        unfit = await members.beat(tired)
        assert unfit.members == [ANN, tired]
        assert unfit.number > both.number
        await members.leave("b")
        left = await members.beat(ANN)
        assert left.members == [ANN]
        assert left.number > unfit.number

    async def test_who_is_silent_is_dropped(self, somewhere: Cluster) -> None:
        members = somewhere.members()
        await members.beat(BOB)
        before = await members.beat(ANN)
        await somewhere.lapse(BOB)
        after = await members.beat(ANN)
        assert after.members == [ANN]
        assert after.number > before.number

    async def test_what_was_flushed_is_told_again(self, somewhere: Cluster) -> None:
        members = somewhere.members()
        await members.beat(ANN)
        before = await members.beat(BOB)
        await somewhere.flush()
        alone = await members.beat(ANN)
        assert alone.members == [ANN]
        again = await members.beat(BOB)
        assert again.members == [ANN, BOB]
        assert before.number < alone.number < again.number
        assert before.run_id == again.run_id

    async def test_another_run_is_known_by_its_id(self, somewhere: Cluster) -> None:
        members = somewhere.members()
        before = await members.beat(ANN)
        somewhere.stop()
        with pytest.raises(Unavailable):
            await members.beat(ANN)
        await members.leave("a")  # nobody hears it, and it does not matter
        somewhere.start()
        after = await members.beat(ANN)
        assert after.members == [ANN]
        assert after.run_id != before.run_id
        assert after.run_id

    async def test_without_an_answer_there_is_no_view(self, somewhere: Cluster) -> None:
        members = somewhere.members()
        await members.beat(ANN)
        somewhere.freeze()
        with pytest.raises(Unavailable):
            async with asyncio.timeout(10):
                await members.beat(BOB)
        somewhere.thaw()
        await eventually(lambda: _beats(members, ANN))


async def _beats(members: Members, me: Member) -> bool:
    try:
        await members.beat(me)
    except Unavailable:
        return False
    return True
