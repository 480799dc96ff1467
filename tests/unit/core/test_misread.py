"""A field that could not be read is named, however it spoils the text around it."""

import msgspec
import pytest

from orbit.core.misread import field_of

decode = msgspec.json.Decoder().decode
frame = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def named(text: bytes, read=decode) -> str:
    with pytest.raises(
        (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
    ) as no:
        read(text)
    return field_of(text, no.value)


@pytest.mark.parametrize("read", [decode, frame])
@pytest.mark.parametrize("before", [b"", b'"o":{"k":[1,{}]},', rb'"q":"\"a\\",'])
@pytest.mark.parametrize("after", [b"", b',"z":[{"y":1}]'])
@pytest.mark.parametrize(
    "poison",
    [
        b"NaN",
        b"-Infinity",
        b"nope",
        rb'"\ud800"',
        rb'"\\\ud800"',
        rb'"\udfff\udfff"',
        rb'"\ud83d\ude00 \ud83d"',
        b'"a\nb"',
    ],
)
def test_the_field_is_named_whatever_stands_around_it(read, before, after, poison):
    assert named(b'{%b"f":%b%b}' % (before, poison, after), read) == "f"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b'{"a":{"b":[0,{"c":NaN}]}}', "a.b.1.c"),
        (b'{"a":[[],{},NaN]}', "a.2"),
        (b'{"a":1,"b":"cut off', "b"),
        (b'{"a":1,"b":"cut off\\', "b"),
        (b'{"a":"]}[{:,\\"","b":NaN}', "b"),
        (b'{"a":"\xff"}', "a"),
        (b'{"a":"ok","b":{"c":"\xff"}}', "b.c"),
        ('{"é":NaN}'.encode(), "é"),
        (b'{"a":%b' % (b"[" * 30_000), "a"),
        (b'{"b":[[1]],"a":%b%b}' % (b"[" * 30_000, b"]" * 30_000), "a"),
        (b'{"a":' * 12_000, "a"),
        (b'{"with":{"content":NaN}}', "content"),
        (b'{"with":{"content":%b' % (b"[" * 30_000), "content"),
        (b'{"with":NaN}', "with"),
        (b'{"%b":NaN}' % (b"x" * 5_000), "x" * 64),
        (b'{"a":%bNaN' % (b'{"a":' * 20), ".".join("a" * 8)),
        (b"[NaN]", "0"),
    ],
)
def test_it_is_named_by_its_path_which_is_never_long(text, field):
    assert named(text) == field


@pytest.mark.parametrize(
    "text", [b"", b"NaN", b"{", b'{"', b'{"a":1}}', b"}", b"]],", b'{"a":1,', b"\xff"]
)
def test_what_is_in_no_field_names_none(text):
    assert named(text) == ""


def test_a_text_full_of_escapes_is_gone_through_once():
    assert named(b'{"a":"%b' % (rb"\"" * 500_000)) == "a"
