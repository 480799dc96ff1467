"""A reader gets each event once, in order; a slow one is told to look anew."""

import pytest

from orbit.client.feed import FEED, Changed, Feed, Reset


def changed(seq: int) -> Changed:
    return Changed(seq, "", "note_added", [])


async def test_events_come_in_order_then_the_end() -> None:
    feed = Feed()
    feed.put(changed(1))
    feed.put(changed(2))
    feed.end(StopAsyncIteration())
    assert [event.seq async for event in feed] == [1, 2]


async def test_who_is_far_behind_looks_anew() -> None:
    feed = Feed()
    for seq in range(1, FEED + 2):
        feed.put(changed(seq))
    assert await anext(feed) == Reset(FEED + 1)
    feed.put(changed(FEED + 2))
    assert await anext(feed) == changed(FEED + 2)


async def test_what_closed_the_board_is_raised() -> None:
    feed = Feed()
    feed.end(ValueError("gone"))
    with pytest.raises(ValueError, match="gone"):
        await anext(feed)
