"""The load test measures what happened, and tells when something was lost."""

import pytest
from rich.console import Console

from orbit.load import Score, Wish, _Event, _Follower, _Seen, _table, measure
from tests.harness.server import served


@pytest.mark.timeout(120)
async def test_a_sound_node_bears_a_little_load_by_default_limits() -> None:
    wish = Wish(sockets=20, writers=3, boards=2, seconds=1.5, rate=10.0)
    async with served(limits={}) as server:
        score = await measure(server.url, wish)
        assert server.errors() == []
    assert score.is_sound
    assert score.refused == {}
    assert len(score.acks) > 20
    assert score.deliveries >= 10 * len(score.acks)
    assert 0 < score.percentile(0.5) <= score.percentile(0.99)


@pytest.mark.parametrize(
    ("seqs", "lost", "duplicated", "reordered"),
    [
        ([4, 5, 6], 0, 0, 0),
        ([4, 6], 1, 0, 0),
        ([4, 4, 5], 0, 1, 0),
        ([4, 6, 5], 1, 0, 1),
    ],
)
def test_a_follower_notices(
    seqs: list[int], lost: int, duplicated: int, reordered: int
) -> None:
    score = Score()
    follower = _Follower(score, "b")
    follower._heard(_Seen(type="joined", seq=3))
    for seq in seqs:
        assert not follower._heard(_Seen(type="changed", seq=seq))
    assert (score.lost, score.duplicated) == (lost, duplicated)
    assert (score.reordered, score.deliveries) == (reordered, len(seqs))
    assert score.is_sound is (lost + duplicated + reordered == 0)


def test_a_follower_that_is_off_gets_the_rest_and_counts_it() -> None:
    score = Score()
    follower = _Follower(score, "b")
    follower._heard(_Seen(type="joined", seq=3, log="l"))
    assert follower._heard(_Seen(type="left"))
    assert '"since":3' in follower._join()
    follower._heard(
        _Seen(type="joined", seq=6, log="l", changes=[_Event(5), _Event(6)])
    )
    assert (score.lost, score.deliveries, follower.seq) == (1, 2, 6)


def test_the_table_says_what_was_measured() -> None:
    score = Score(acks=[0.001, 0.002, 0.030], deliveries=300, took=1.5)
    console = Console(record=True, width=80)
    console.print(_table(Wish(), score))
    text = console.export_text()
    assert "ack p50" in text
    assert "30.0 ms" in text
    assert "200" in text
