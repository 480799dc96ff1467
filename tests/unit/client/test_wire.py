"""Messages are bundled within the server's bound, and what is not ours passes."""

from orbit.client.wire import bundles, parsed


def test_messages_are_joined_up_to_the_limit() -> None:
    assert list(bundles([b"aa", b"bb", b"cc"], limit=6)) == [b"aa\nbb", b"cc"]
    assert list(bundles([], limit=6)) == []


def test_one_that_is_too_long_goes_alone() -> None:
    assert list(bundles([b"a", b"b" * 9, b"c"], limit=6)) == [b"a", b"b" * 9, b"c"]


def test_what_is_no_frame_is_passed_over() -> None:
    text = 'no json\n[]\n\n{"type":"new"}\n{"broken'
    assert list(parsed(text)) == [{"type": "new"}]
