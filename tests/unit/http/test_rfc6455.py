"""A websocket connection on a transport that only remembers: RFC 6455, case by case."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbit.http import rfc6455
from orbit.http.rfc6455 import Connection, accept_key, close_frame, frame
from orbit.http.wheel import Wheel
from tests.kit.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Ear,
    FakeLoop,
    FakeTransport,
    Frame,
    closing,
    frames,
    masked,
)

LIMIT = 65536


class Line:
    """A connection, its listener and the far end of its transport."""

    def __init__(self, *, limit: int = LIMIT, can_half_close: bool = True) -> None:
        self.loop = FakeLoop()
        self.wheel = Wheel(self.loop)
        self.ear = Ear()
        self.transport = FakeTransport(can_half_close=can_half_close)
        self.connection = Connection(self.wheel, limit)
        self.connection.connection_made(self.transport)
        self.connection.listener = self.ear

    def hears(self, *segments: bytes) -> "Line":
        for segment in segments:
            if not self.transport.is_closing():  # as a transport does
                self.connection.data_received(segment)
        return self

    @property
    def messages(self) -> list[bytes]:
        return [told for told in self.ear.told if isinstance(told, bytes)]

    @property
    def sent(self) -> list[Frame]:
        return self.transport.frames()

    @property
    def close_code(self) -> int | None:
        """The code of the one close frame that was sent, None without one."""
        closes = [sent for sent in self.sent if sent.opcode == CLOSE]
        assert len(closes) <= 1
        assert not closes or self.sent[-1] == closes[0], "written after the close"
        return int.from_bytes(closes[0].payload[:2]) if closes else None


def bytewise(data: bytes) -> Iterator[bytes]:
    return (data[i : i + 1] for i in range(len(data)))


# Handshake and frames to send.


def test_the_accept_key_is_that_of_the_rfc() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, PONG, CLOSE])
def test_a_server_frame_carries_its_opcode(opcode: int) -> None:
    assert frames(frame(b"x", opcode)) == [Frame(opcode, b"x")]


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, "8100"),
        (1, "8101"),
        (125, "817d"),
        (126, "817e007e"),
        (65535, "817effff"),
        (65536, "817f0000000000010000"),
    ],
)
def test_a_server_frame_has_the_shortest_head(size: int, head: str) -> None:
    assert frame(b"a" * size) == bytes.fromhex(head) + b"a" * size


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("", b""),
        ("bye", b"bye"),
        ("x" * 200, b"x" * 123),
        ("é" * 100, b"\xc3\xa9" * 61),
    ],
)
def test_a_close_reason_is_cut_between_letters(reason: str, kept: bytes) -> None:
    assert frames(close_frame(4000, reason)) == [Frame(CLOSE, b"\x0f\xa0" + kept)]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000])
def test_a_code_that_may_not_be_sent_is_refused(code: int) -> None:
    line = Line()
    with pytest.raises(ValueError, match=str(code)):
        line.connection.close(code)
    assert line.connection.is_open


# Messages.

SIZES = [0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 1000, 65534, 65535, 65536]


@pytest.mark.parametrize("size", SIZES)
def test_a_message_of_any_size_comes_as_it_was_sent(size: int) -> None:
    text = bytes(itertools.islice(itertools.cycle(range(32, 127)), size))
    assert Line().hears(masked(text)).messages == [text]


@pytest.mark.parametrize("size", SIZES)
def test_a_message_of_any_size_may_come_in_two_segments(size: int) -> None:
    text, sent = b"a" * size, masked(b"a" * size)
    for cut in {1, 2, 3, 5, 6, 7, 9, 13, 14, len(sent) - 1} & set(range(1, len(sent))):
        assert Line().hears(sent[:cut], sent[cut:]).messages == [text]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 300])
def test_a_message_may_come_byte_by_byte(size: int) -> None:
    line = Line().hears(*bytewise(masked(b"a" * size) + masked(b"next")))
    assert line.messages == [b"a" * size, b"next"]


@pytest.mark.parametrize(
    "mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\x02\x03\x04", b"\0\0\0\x80"]
)
@pytest.mark.parametrize("size", [1, 3, 4, 5, 7, 130])
def test_any_mask_is_taken_off(mask: bytes, size: int) -> None:
    text = bytes(range(33, 33 + 64))[:size] * (1 if size < 64 else 3)
    assert Line().hears(masked(text, mask=mask)).messages == [text]


def test_zero_bytes_at_the_end_stay() -> None:
    assert Line().hears(masked(b"a\0\0\0")).messages == [b"a\0\0\0"]


def test_many_frames_in_one_segment_come_in_order() -> None:
    texts = [b"%d" % n for n in range(200)]
    line = Line().hears(b"".join(masked(text) for text in texts))
    assert line.messages == texts


def test_a_segment_may_end_in_the_middle_of_a_later_frame() -> None:
    sent = masked(b"one") + masked(b"two") + masked(b"three" * 40)
    for cut in range(1, len(sent)):
        line = Line().hears(sent[:cut], sent[cut:])
        assert line.messages == [b"one", b"two", b"three" * 40]


@pytest.mark.parametrize("size", [127, 126, 1000, 65536])
def test_the_start_of_a_long_frame_is_no_short_frame(size: int) -> None:
    """The marks 126 and 127 in a head are never taken for lengths."""
    sent = masked(b"a" * size)
    for cut in (6 + 126, 6 + 127, 8 + 126, 8 + 127):
        if cut < len(sent):
            line = Line().hears(sent[:cut])
            assert line.messages == []
            assert line.hears(sent[cut:]).messages == [b"a" * size]


def test_what_the_listener_says_goes_out_as_it_is() -> None:
    line = Line()
    line.ear.on_message = lambda text: line.connection.write(frame(text) * 2)
    line.hears(masked(b"echo"))
    assert line.sent == [Frame(TEXT, b"echo")] * 2


def test_nothing_is_kept_between_messages() -> None:
    line = Line().hears(*bytewise(masked(b"a", fin=False)), masked(b"b", CONTINUATION))
    assert line.messages == [b"ab"]
    assert line.connection._rest is None
    assert line.connection._message is None


# Fragments.


@pytest.mark.parametrize("pieces", [2, 3, 10, 1024])
def test_fragments_make_one_message(pieces: int) -> None:
    sent = masked(b"0", fin=False)
    sent += masked(b"1", CONTINUATION, fin=False) * (pieces - 2)
    line = Line().hears(sent + masked(b"2", CONTINUATION))
    assert line.messages == [b"0" + b"1" * (pieces - 2) + b"2"]


def test_fragments_may_be_empty() -> None:
    sent = masked(b"", fin=False) + masked(b"", CONTINUATION, fin=False)
    assert Line().hears(sent + masked(b"", CONTINUATION)).messages == [b""]


@pytest.mark.parametrize("opcode", [PING, PONG])
def test_control_frames_may_come_between_fragments(opcode: int) -> None:
    line = Line().hears(
        masked(b"a", fin=False)
        + masked(b"now", opcode)
        + masked(b"b", CONTINUATION, fin=False)
        + masked(b"now", opcode)
        + masked(b"c", CONTINUATION)
    )
    assert line.messages == [b"abc"]
    assert line.sent == ([Frame(PONG, b"now")] * 2 if opcode == PING else [])


def test_a_whole_message_follows_a_fragmented_one() -> None:
    line = Line().hears(masked(b"a", fin=False), masked(b"b", CONTINUATION))
    assert line.hears(masked(b"c")).messages == [b"ab", b"c"]


@pytest.mark.parametrize(
    "sent",
    [
        masked(b"x", CONTINUATION),
        masked(b"x", CONTINUATION, fin=False),
        masked(b"x", fin=False) + masked(b"y"),
        masked(b"x", fin=False) + masked(b"y", fin=False),
        masked(b"x", fin=False) + masked(b"y", BINARY),
        masked(b"", fin=False) + masked(b"y"),
        masked(b"x") + masked(b"y", CONTINUATION),
    ],
)
def test_fragments_out_of_order_are_1002(sent: bytes) -> None:
    line = Line().hears(sent, masked(b"late"))
    assert line.close_code == 1002
    assert b"late" not in line.messages
    assert b"y" not in line.messages


# Rules of a frame.


@pytest.mark.parametrize("rsv", range(1, 8))
@pytest.mark.parametrize("opcode", [TEXT, PING, CLOSE])
def test_reserved_bits_are_1002(rsv: int, opcode: int) -> None:
    assert Line().hears(masked(b"", opcode, rsv=rsv)).close_code == 1002


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
@pytest.mark.parametrize("payload", [b"", b"x"])
def test_reserved_opcodes_are_1002(opcode: int, payload: bytes) -> None:
    assert Line().hears(masked(payload, opcode)).close_code == 1002


@pytest.mark.parametrize("opcode", [TEXT, PING, PONG, CLOSE])
@pytest.mark.parametrize("payload", [b"", b"unmasked text"])
def test_a_frame_without_a_mask_is_1002(opcode: int, payload: bytes) -> None:
    line = Line().hears(masked(payload, opcode, mask=None))
    assert line.close_code == 1002
    assert line.messages == []


@pytest.mark.parametrize(
    "sent", [masked(b"x", BINARY), masked(b"x", BINARY, fin=False), b"\x82\xff"]
)
def test_a_binary_message_is_1003(sent: bytes) -> None:
    line = Line().hears(sent)
    if sent == b"\x82\xff":  # the length has not come: refused as soon as it has
        line.hears((2**40).to_bytes(8))
    assert line.close_code == 1003


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
@pytest.mark.parametrize("size", [126, 127, 65536])
def test_a_long_control_frame_is_1002_at_its_head(opcode: int, size: int) -> None:
    assert Line().hears(masked(b"\x03\xe8" * size, opcode)[:2]).close_code == 1002


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_fragmented_control_frame_is_1002(opcode: int) -> None:
    assert Line().hears(masked(b"", opcode, fin=False)).close_code == 1002


@pytest.mark.parametrize(
    ("size", "length_bytes"), [(0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65535, 8)]
)
def test_a_length_that_is_not_minimal_is_1002(size: int, length_bytes: int) -> None:
    line = Line().hears(masked(b"a" * size, length_bytes=length_bytes))
    assert line.close_code == 1002
    assert line.messages == []


def test_a_length_with_the_highest_bit_is_1002() -> None:
    assert Line().hears(b"\x81\xff" + b"\xff" * 8).close_code == 1002


# Sizes.


@pytest.mark.parametrize("limit", [0, 10, 125, 126, 65535, 65536, 70000])
def test_a_message_at_the_limit_is_taken_and_one_above_is_1009(limit: int) -> None:
    assert Line(limit=limit).hears(masked(b"a" * limit)).messages == [b"a" * limit]
    line = Line(limit=limit).hears(masked(b"a" * (limit + 1)))
    assert (line.close_code, line.messages) == (1009, [])


@pytest.mark.parametrize("size", [LIMIT + 1, 2**20, 2**31, 2**62])
def test_a_head_that_promises_too_much_is_1009_at_once(size: int) -> None:
    line = Line().hears(b"\x81\xff" + size.to_bytes(8))
    assert line.close_code == 1009
    assert line.connection._rest is None


def test_the_limit_counts_over_fragments() -> None:
    line = Line(limit=10).hears(masked(b"12345", fin=False))
    line.hears(masked(b"67890", CONTINUATION, fin=False))
    assert line.close_code is None
    assert line.hears(masked(b"1", CONTINUATION)).close_code == 1009
    assert line.messages == []


def test_the_limit_is_that_of_one_message() -> None:
    line = Line(limit=10)
    for _ in range(5):
        line.hears(masked(b"12345", fin=False), masked(b"67890", CONTINUATION))
    assert line.messages == [b"1234567890"] * 5


@pytest.mark.parametrize("first", [b"x", b""])
def test_a_whole_message_amid_fragments_is_1002_in_its_own_segment(
    first: bytes,
) -> None:
    line = Line().hears(masked(first, fin=False), masked(b"a command"))
    assert (line.close_code, line.messages) == (1002, [])


@pytest.mark.parametrize("size", [1, 40, 200])
def test_what_looks_like_a_frame_inside_a_message_is_no_frame(size: int) -> None:
    """A segment may start in a message, with whatever its sender has put there."""
    inner = masked(b"i" * size, mask=b"aaaa")
    sent = masked(inner, mask=b"\0\0\0\0")
    line = Line().hears(sent[: -len(inner)], inner)
    assert line.messages == []
    assert line.close_code == 1007  # as one message, it is not UTF-8


def test_too_many_fragments_are_1009_however_small() -> None:
    empty = masked(b"", CONTINUATION, fin=False)
    line = Line().hears(masked(b"", fin=False), empty * (rfc6455.FRAGMENTS - 1))
    assert line.close_code is None
    assert line.hears(empty).close_code == 1009


def test_what_is_kept_of_an_unfinished_message_is_bounded() -> None:
    line = Line(limit=1000)
    line.hears(masked(b"a" * 500, fin=False))
    line.hears(masked(b"a" * 500, CONTINUATION)[:-1])
    assert len(line.connection._message or b"") == 500
    assert len(line.connection._rest or b"") <= 500 + 14


def test_a_flood_of_control_frames_in_one_segment_is_1008() -> None:
    usual = masked(b"", PING) * rfc6455.CONTROLS
    line = Line().hears(usual, usual)
    assert line.sent == [Frame(PONG, b"")] * (2 * rfc6455.CONTROLS)
    assert line.hears(masked(b"", PONG) * 2 + usual).close_code == 1008


# UTF-8.

GOOD_TEXTS = [
    "plain",
    "é",
    "κόσμε",
    "€",
    "𐍈",
    "\U0010ffff",
    "\u0000",
    "\ufffe\uffff",
    "👩‍🚀" * 50,
]


@pytest.mark.parametrize("text", GOOD_TEXTS)
def test_any_letter_may_be_cut_across_fragments_and_segments(text: str) -> None:
    data = text.encode()
    for cut in range(len(data) + 1):
        sent = masked(data[:cut], fin=False) + masked(data[cut:], CONTINUATION)
        assert Line().hears(sent).messages == [data]
        assert Line().hears(sent[:cut], sent[cut:] or b"").messages == [data]


BAD_TEXTS = [
    b"\xff",
    b"\x80",
    b"\xc0\x80",  # overlong
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",  # a surrogate
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80",  # above U+10FFFF
    b"\xf8\x88\x80\x80\x80",
    b"\xe2\x82",  # cut off
    b"good, then \xce",
    b"\xce\xba\xff" * 60,
]


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_broken_utf_8_is_1007(text: bytes) -> None:
    line = Line().hears(masked(text), masked(b"late"))
    assert (line.close_code, line.messages) == (1007, [])


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_broken_utf_8_in_fragments_is_1007(text: bytes) -> None:
    line = Line().hears(masked(b"good", fin=False), masked(text, CONTINUATION))
    assert (line.close_code, line.messages) == (1007, [])


# Ping and pong.


@pytest.mark.parametrize("size", [0, 1, 4, 124, 125])
def test_a_ping_is_answered_with_its_payload(size: int) -> None:
    line = Line().hears(masked(b"\xff" * size, PING))
    assert line.sent == [Frame(PONG, b"\xff" * size)]
    assert line.connection.is_open


def test_pings_in_one_segment_are_all_answered_in_order() -> None:
    line = Line().hears(b"".join(masked(b"%d" % n, PING) for n in range(10)))
    assert line.sent == [Frame(PONG, b"%d" % n) for n in range(10)]


@pytest.mark.parametrize("payload", [b"", b"never asked for"])
def test_a_pong_nobody_asked_for_is_fine(payload: bytes) -> None:
    line = Line().hears(masked(payload, PONG), masked(b"on"))
    assert (line.sent, line.messages) == ([], [b"on"])


def test_a_ping_may_come_byte_by_byte() -> None:
    assert Line().hears(*bytewise(masked(b"hi", PING))).sent == [Frame(PONG, b"hi")]


def test_a_peer_that_pings_and_never_reads_costs_one_pong() -> None:
    line = Line()
    line.connection.pause_writing()
    line.hears(*(masked(b"%d" % n, PING) for n in range(1000)))
    assert line.sent == []
    line.connection.resume_writing()
    assert line.sent == [Frame(PONG, b"999")]


# Closing.


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]
)
def test_a_close_is_echoed_and_the_transport_closed(code: int) -> None:
    line = Line().hears(closing(code, "grüße".encode()))
    assert line.sent == [Frame(CLOSE, code.to_bytes(2))]
    assert line.transport.ended == "closed"
    assert not line.connection.is_open


def test_a_close_without_a_code_is_echoed_without_one() -> None:
    line = Line().hears(masked(b"", CLOSE))
    assert line.sent == [Frame(CLOSE, b"")]
    assert line.transport.ended == "closed"


@pytest.mark.parametrize(
    "code", [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
def test_a_code_that_nobody_may_send_is_1002(code: int) -> None:
    assert Line().hears(closing(code)).close_code == 1002


def test_a_close_of_one_byte_is_1002() -> None:
    assert Line().hears(masked(b"\x03", CLOSE)).close_code == 1002


@pytest.mark.parametrize("reason", [b"\xff", b"\xed\xa0\x80", b"cut \xe2\x82"])
def test_a_close_with_a_broken_reason_is_1007(reason: bytes) -> None:
    assert Line().hears(closing(1000, reason)).close_code == 1007


@pytest.mark.parametrize("size", [0, 1, 123])
def test_a_close_reason_may_have_123_bytes(size: int) -> None:
    assert Line().hears(closing(1000, b"r" * size)).close_code == 1000


def test_what_follows_a_close_is_ignored() -> None:
    line = Line().hears(closing(1000) + masked(b"late") + masked(b"late", PING))
    line.connection.data_received(masked(b"later"))
    assert line.messages == []
    assert line.sent == [Frame(CLOSE, b"\x03\xe8")]


def test_what_came_before_a_close_is_heard() -> None:
    line = Line().hears(masked(b"last words") + masked(b"?", PING) + closing(1000))
    assert line.messages == [b"last words"]
    assert [sent.opcode for sent in line.sent] == [PONG, CLOSE]


def test_our_close_waits_for_theirs() -> None:
    line = Line()
    line.connection.close(4008, "slow")
    assert line.sent == [Frame(CLOSE, b"\x0f\xa8slow")]
    assert line.transport.ended is None
    line.hears(masked(b"crossed") + closing(4008))
    assert line.messages == []
    assert line.transport.ended == "closed"
    assert len(line.sent) == 1


def test_nothing_is_written_after_our_close() -> None:
    line = Line()
    line.connection.close(1000)
    line.connection.write(frame(b"late"))
    line.connection.close(1001)
    line.hears(masked(b"?", PING))
    assert line.close_code == 1000


def test_a_close_that_crosses_a_violation_is_said_once() -> None:
    line = Line()
    line.connection.close(1000)
    line.hears(masked(b"x", mask=None))
    assert line.close_code == 1000
    assert line.transport.ended == "eof"


def test_a_listener_may_close_in_the_middle_of_a_segment() -> None:
    line = Line()
    line.ear.on_message = lambda _: line.connection.close(4500)
    line.hears(masked(b"1") + masked(b"2"))
    assert line.messages == [b"1"]
    assert line.close_code == 4500


def test_a_listener_may_abort_in_the_middle_of_a_segment() -> None:
    line = Line()
    line.ear.on_message = lambda _: line.connection.abort()
    line.hears(masked(b"1") + masked(b"2") + masked(b"", PING))
    assert line.messages == [b"1"]
    assert line.transport.ended == "aborted"
    assert line.sent == []


def test_after_a_violation_we_say_why_send_fin_and_hear_no_more() -> None:
    line = Line().hears(masked(b"x", mask=None), masked(b"late"), closing(1000))
    assert line.close_code == 1002
    assert line.transport.ended == "eof"
    assert line.messages == []


def test_without_half_close_a_violation_closes() -> None:
    line = Line(can_half_close=False).hears(masked(b"x", mask=None))
    assert line.close_code == 1002
    assert line.transport.ended == "closed"


def test_a_bug_in_a_listener_ends_its_socket_with_1011() -> None:
    line = Line()
    line.ear.on_message = lambda _: 1 / 0
    line.hears(masked(b"boom"), masked(b"late"))
    assert line.close_code == 1011
    assert line.messages == [b"boom"]


# The end, and back-pressure.


def test_lost_is_told_once_and_nothing_after() -> None:
    line = Line()
    line.connection.connection_lost(None)
    line.connection.connection_lost(None)
    line.connection.data_received(masked(b"late"))
    line.connection.data_received(masked(b"\xff late"))
    line.connection.write(frame(b"late"))
    line.connection.close(1000)
    line.connection.abort()
    line.loop.advance(60)
    assert not line.wheel.aborted
    assert line.ear.told == ["lost"]
    assert line.sent == []
    assert not line.connection.is_open
    assert len(line.wheel) == 0


def test_a_lost_connection_holds_on_to_nothing() -> None:
    line = Line().hears(masked(b"half", fin=False), masked(b"more", CONTINUATION)[:5])
    line.connection.connection_lost(OSError("reset"))
    held = {getattr(line.connection, slot) for slot in ("_rest", "_message", "_owed")}
    assert held == {None}
    assert line.connection._transport is None
    assert line.connection.listener is not line.ear


def test_a_fin_from_the_peer_lets_the_transport_close() -> None:
    line = Line()
    assert not line.connection.eof_received()  # falsy: asyncio closes
    line.connection.write(frame(b"late"))
    assert line.sent == []
    assert not line.connection.is_open


def test_a_pause_is_shown_and_its_end_told() -> None:
    line = Line()
    line.connection.pause_writing()
    assert line.connection.paused
    line.connection.resume_writing()
    assert not line.connection.paused
    assert line.ear.told == ["drained"]


def test_a_closing_connection_is_not_told_to_go_on() -> None:
    line = Line()
    line.connection.pause_writing()
    line.connection.close(4008)
    line.connection.resume_writing()
    assert line.ear.told == []


# What the wheel does to a connection.


def test_an_unanswered_close_ends_in_an_abort() -> None:
    line = Line()
    line.connection.close(1000)
    line.loop.advance(3.5)
    assert line.transport.ended is None
    line.loop.advance(1)
    assert line.transport.ended == "aborted"


@pytest.mark.parametrize("last", [closing(1000), masked(b"x", mask=None), None])
def test_whatever_the_end_it_is_over_after_a_while(last: bytes | None) -> None:
    """The peer takes neither our close frame nor our FIN, or never sends its own."""
    line = Line()
    if last is None:
        line.connection.eof_received()
    else:
        line.hears(last)
    line.loop.advance(4.5)
    assert line.transport.ended == "aborted"


def test_a_peer_that_takes_nothing_for_10_s_is_aborted() -> None:
    line = Line()
    line.transport.unsent = 300_000
    line.connection.pause_writing()
    line.loop.advance(9.5)
    assert line.transport.ended is None
    line.loop.advance(1)
    assert line.transport.ended == "aborted"


def test_two_unanswered_pings_are_the_end_and_any_byte_is_life() -> None:
    line = Line()
    for _ in range(10):
        line.loop.advance(25)
        line.hears(masked(b"", PONG))
    assert line.sent == [Frame(PING, b"")] * 10
    line.loop.advance(25)
    line.hears(masked(b"a command"))
    line.loop.advance(49)
    assert line.transport.ended is None
    line.loop.advance(25)
    assert line.transport.ended == "aborted"


def test_who_is_stalled_is_not_pinged_too() -> None:
    """A pause has a clock of its own, and pings would only wait behind it."""
    line = Line()
    line.connection.pause_writing()
    for _ in range(10):
        assert line.connection.beat()
    assert line.sent == []


# Anything at all.

texts = st.text(max_size=200).map(str.encode) | st.sampled_from(
    [b"", b"a" * 125, b"a" * 126, b"a" * 70000, "é".encode() * 500]
)
controls = st.lists(
    st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125)), max_size=2
)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[bytes], list[bytes], bytes]:
    """Draw messages, the payloads of pings, and a wire that carries both."""
    messages, pings, wire = draw(st.lists(texts, max_size=5)), [], b""
    for text in messages:
        cuts = draw(st.lists(st.integers(0, len(text)), max_size=4))
        edges = [0, *sorted(cuts), len(text)]
        pieces = list(itertools.pairwise(edges))
        for n, (start, stop) in enumerate(pieces):
            for opcode, payload in draw(controls):
                wire += masked(payload, opcode)
                pings += [payload] if opcode == PING else []
            wire += masked(
                text[start:stop],
                CONTINUATION if n else TEXT,
                fin=n == len(pieces) - 1,
                mask=draw(st.binary(min_size=4, max_size=4)),
            )
    return messages, pings, wire


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:stop] for start, stop in itertools.pairwise(edges)]


@settings(max_examples=100, deadline=None)
@given(conversations(), st.lists(st.integers(0, 10**6), max_size=12))
def test_any_conversation_cut_anywhere_comes_out_the_same(
    conversation: tuple[list[bytes], list[bytes], bytes], places: list[int]
) -> None:
    messages, pings, wire = conversation
    line = Line(limit=70000).hears(*cut_at(wire, places))
    assert line.messages == messages
    assert line.sent == [Frame(PONG, payload) for payload in pings]
    assert line.connection.is_open
    assert line.connection._rest is None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.binary(max_size=80)
        | st.builds(
            masked,
            st.binary(max_size=140),
            st.integers(0, 15),
            fin=st.booleans(),
            rsv=st.sampled_from([0, 0, 0, 1]),
            mask=st.sampled_from([b"abcd", b"abcd", None]),
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_garbage_ends_in_a_close_frame_and_never_in_an_error(
    segments: list[bytes], together: bool
) -> None:
    line = Line(limit=200)
    line.hears(*([b"".join(segments)] if together else segments))
    assert all(text.decode() is not None for text in line.messages)
    # Open and silent, or closed with one close frame at the end.
    assert line.connection.is_open == (CLOSE not in {sent.opcode for sent in line.sent})
    assert (line.close_code is None) == line.connection.is_open or line.sent[-1] == (
        Frame(CLOSE, b"")
    )
    line.connection.connection_lost(None)
    assert line.ear.told[-1] == "lost"
