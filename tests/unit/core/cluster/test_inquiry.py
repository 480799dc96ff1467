"""What nodes ask each other for an operator: one answer each, or that none came."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from orbit.core.cluster import words
from orbit.core.errors import Internal, NotFound, OrbitError, TooLarge, Unavailable
from tests.kit.cluster import Cluster, run_cluster


async def shout(about: str, body: bytes) -> bytes:
    if about == "nothing":
        raise NotFound("there is no such socket")
    if about == "everything":
        return b"x" * words.MAX_BYTES
    if about == "slowly":
        await asyncio.sleep(1_000)
    return about.encode() + b": " + body.upper()


def ask(cluster: Cluster, about: str, body: bytes = b"") -> Coroutine[Any, Any, bytes]:
    asker, asked = cluster[0].nodes, cluster[1].nodes
    assert asker
    assert asked
    asked.inquiry.answer = shout
    return asker.inquiry.ask(asked.inc, about, body)


def test_a_question_is_answered() -> None:
    async def scenario(cluster: Cluster) -> None:
        assert await ask(cluster, "how", b"are you") == b"how: ARE YOU"
        slow = asyncio.get_running_loop().create_task(ask(cluster, "slowly"))
        assert await ask(cluster, "meanwhile") == b"meanwhile: "
        with pytest.raises(Unavailable, match="does not answer"):
            await slow

    run_cluster(scenario)


@pytest.mark.parametrize(
    ("about", "refusal"), [("nothing", NotFound), ("everything", TooLarge)]
)
def test_a_refusal_comes_back_as_it_was(about: str, refusal: type[OrbitError]) -> None:
    async def scenario(cluster: Cluster) -> None:
        with pytest.raises(refusal) as refused:
            await ask(cluster, about)
        assert refused.value.message

    run_cluster(scenario)


def test_a_code_of_another_release_is_some_error() -> None:
    async def scenario(cluster: Cluster) -> None:
        nodes = cluster[0].nodes
        assert nodes
        job = asyncio.get_running_loop().create_task(ask(cluster, "slowly"))
        await asyncio.sleep(0)
        nodes.inquiry.take("n2", words.Answered(1, b"", "eaten", "it was eaten"))
        with pytest.raises(Internal, match="it was eaten"):
            await job

    run_cluster(scenario)


def test_who_is_gone_is_told_at_once_and_who_is_cut_off_after_a_while() -> None:
    async def scenario(cluster: Cluster) -> None:
        asker, far, gone = (rig.nodes for rig in cluster.rigs)
        assert asker
        assert far
        assert gone
        await cluster.kill(cluster[2], buried=True)
        with pytest.raises(Unavailable, match="cannot be reached"):
            await asker.inquiry.ask(gone.inc, "how")
        cluster.hub.cut(far.inc)
        with pytest.raises(Unavailable, match="does not answer"):
            await asker.inquiry.ask(far.inc, "how")
        cluster.hub.mend(far.inc)
        assert await ask(cluster, "how") == b"how: "

    run_cluster(scenario)


def test_a_node_that_answers_nobody_says_so() -> None:
    async def scenario(cluster: Cluster) -> None:
        asker, asked = cluster[0].nodes, cluster[1].nodes
        assert asker
        assert asked
        with pytest.raises(NotFound):
            await asker.inquiry.ask(asked.inc, "how")
        assert asker.seen().keys() == {rig.node.inc for rig in cluster.rigs}
        cluster.hub.stop()
        await asyncio.sleep(10)
        assert asker.seen() == {}

    run_cluster(scenario)
