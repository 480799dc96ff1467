"""Frames that are ours are opened once; all others are dropped, and it is told why."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbit.store.redis.frames import Drop, Frame, Frames, Kind, Opened

SECRET = b"a secret of the cluster"


def pair(secret: bytes | None = SECRET) -> tuple[Frames, Frames]:
    return Frames("ann", "log", secret), Frames("bob", "log", secret)


def body(opened: Opened | Drop) -> bytes:
    assert isinstance(opened, Opened), opened
    (body,) = opened.bodies
    return body


def changed(data: bytes, **fields: object) -> bytes:
    frame = msgspec.msgpack.decode(data, type=Frame)
    return msgspec.msgpack.encode(msgspec.structs.replace(frame, **fields))


@pytest.mark.parametrize("secret", [None, SECRET])
def test_what_is_packed_is_opened(secret: bytes | None) -> None:
    ann, bob = pair(secret)
    for text in (b"", b"one", b"two"):
        assert body(bob.open(ann.pack("bob", Kind.WORDS, [text]))) == text
    assert body(ann.open(bob.pack("ann", Kind.WORDS, [b"back"]))) == b"back"


def test_numbers_are_counted_for_each_pair_without_gaps() -> None:
    ann, _ = pair()
    packed = [ann.pack(to, Kind.WORDS, [b""]) for to in ("bob", "eve", "bob", "eve")]
    frames = [msgspec.msgpack.decode(data, type=Frame) for data in packed]
    assert [(frame.to, frame.n) for frame in frames] == [
        ("bob", 1),
        ("eve", 1),
        ("bob", 2),
        ("eve", 2),
    ]


@pytest.mark.parametrize("secret", [None, SECRET])
def test_a_frame_is_opened_once_and_never_after_a_later_one(
    secret: bytes | None,
) -> None:
    ann, bob = pair(secret)
    first, second, third = (
        ann.pack("bob", Kind.WORDS, [b"%d" % at]) for at in range(3)
    )
    assert body(bob.open(second)) == b"1"
    assert bob.open(second) is Drop.OLD
    assert bob.open(first) is Drop.OLD
    assert body(bob.open(third)) == b"2"


def test_only_the_cluster_can_read() -> None:
    ann, _ = pair()
    plain, _ = pair(None)
    assert b"marker" not in ann.pack("bob", Kind.WORDS, [b"marker " * 9])
    assert b"marker" in plain.pack("bob", Kind.WORDS, [b"marker " * 9])


@given(at=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_changed_bit_is_never_taken(at: int, bit: int) -> None:
    ann, bob = pair()
    genuine = ann.pack("bob", Kind.WORDS, [b"vote for ann " * 9])
    data = bytearray(genuine)
    data[at % len(data)] ^= 1 << bit
    assert isinstance(bob.open(bytes(data)), Drop)
    # and what was forged does not keep the genuine one out
    assert body(bob.open(genuine)) == b"vote for ann " * 9


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"n": 2}, Drop.FORGED),
        ({"n": 0}, Drop.OLD),
        ({"n": -1}, Drop.OLD),
        ({"n": 2**63}, Drop.FORGED),
        ({"source": "eve"}, Drop.FORGED),
        ({"kind": Kind.ECHO}, Drop.FORGED),
        ({"body": b""}, Drop.FORGED),
        ({"to": "eve"}, Drop.STRAY),
        ({"log_id": "another"}, Drop.STRAY),
        ({"v": 2}, Drop.STRAY),
        ({"is_sealed": False}, Drop.STRAY),
    ],
)
def test_a_changed_header_is_never_taken(fields: dict[str, object], why: Drop) -> None:
    ann, bob = pair()
    assert bob.open(changed(ann.pack("bob", Kind.WORDS, [b"x"]), **fields)) is why


def test_a_frame_cannot_be_turned_round_or_sent_to_another() -> None:
    ann, bob = pair()
    eve = Frames("eve", "log", SECRET)
    data = ann.pack("bob", Kind.WORDS, [b"x"])
    assert ann.open(changed(data, source="bob", to="ann")) is Drop.FORGED
    assert eve.open(changed(data, to="eve")) is Drop.FORGED
    assert body(bob.open(data)) == b"x"


def test_other_secrets_and_other_logs_do_not_meet() -> None:
    _, bob = pair()
    stranger = Frames("ann", "log", b"another secret")
    assert bob.open(stranger.pack("bob", Kind.WORDS, [b"x"])) is Drop.FORGED
    elsewhere = Frames("ann", "another log", SECRET)
    data = elsewhere.pack("bob", Kind.WORDS, [b"x"])
    assert bob.open(data) is Drop.STRAY
    assert bob.open(changed(data, log_id="log")) is Drop.FORGED
    plain = Frames("ann", "log")
    assert bob.open(plain.pack("bob", Kind.WORDS, [b"x"])) is Drop.STRAY


def test_made_up_senders_cost_no_memory() -> None:
    ann, bob = pair()
    data = ann.pack("bob", Kind.WORDS, [b"x"])
    for at in range(100):
        assert bob.open(changed(data, source=f"nobody {at}")) is Drop.FORGED
    assert not bob._ciphers
    assert not bob._last


@given(st.binary(max_size=200))
def test_noise_is_garbled(data: bytes) -> None:
    _, bob = pair()
    assert isinstance(bob.open(data), Drop)


def test_deep_noise_is_garbled() -> None:
    _, bob = pair()
    frame = pair()[0].pack("bob", Kind.WORDS, [b"x"])
    # one field more than there are, nested as deeply as can be
    deep = bytes([0x99]) + frame[1:] + b"\x91" * 100_000 + b"\x01"
    assert bob.open(deep) in {Drop.GARBLED, Drop.FORGED}
    assert bob.open(b"\x91" * 100_000) is Drop.GARBLED


@pytest.mark.parametrize("secret", [None, SECRET])
def test_after_a_rotation_only_the_new_log_counts_and_no_number_comes_again(
    secret: bytes | None,
) -> None:
    ann, bob = pair(secret)
    before = ann.pack("bob", Kind.WORDS, [b"before"])
    ann.rotate("other")
    after = ann.pack("bob", Kind.WORDS, [b"after"])
    assert bob.open(after) is Drop.STRAY
    bob.rotate("other")
    assert bob.open(before) is Drop.STRAY
    assert body(bob.open(after)) == b"after"
    for log in ("log", "other"):
        ann.rotate(log)
        bob.rotate(log)
        assert body(bob.open(ann.pack("bob", Kind.WORDS, [b"again"]))) == b"again"
    assert msgspec.msgpack.decode(ann.pack("bob", Kind.WORDS, []), type=Frame).n == 5
