"""No type has the schema library end the process.

In msgspec 0.22 a type that is a text with a pattern, or else a list or a mapping, is
freed wrongly: a few bodies that are refused, and the process is gone.
"""

import subprocess
import sys
from collections.abc import Collection, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import Meta, Struct

import orbit.composition  # noqa: F401 - whatever comes over the wire is known then

Tag = Annotated[str, Meta(pattern="^a$")]
CRASH = """
import msgspec, typing
text = typing.Annotated[str, msgspec.Meta(pattern="^a$")]
for _ in range(2_000):
    msgspec.json.Decoder(text | list[int])"""


def structs(of: type[Struct] = Struct) -> Iterator[type[Struct]]:
    """Give all structs of ours."""
    for each in of.__subclasses__():
        if each.__module__.startswith("orbit."):
            yield each
        yield from structs(each)


def unions(type_: Any) -> Iterator[Collection[Any]]:
    """Give what each union within a type is of."""
    if get_origin(type_) in {Union, UnionType}:
        yield get_args(type_)
    for inner in get_args(type_):
        yield from unions(inner)


def is_deadly(members: Collection[Any]) -> bool:
    has_pattern = any(
        isinstance(meta, Meta) and meta.pattern is not None
        for member in members
        for meta in getattr(member, "__metadata__", ())
    )
    return has_pattern and any(map(_is_collection, members))


def _is_collection(member: Any) -> bool:
    plain = get_args(member)[0] if get_origin(member) is Annotated else member
    found = get_origin(plain) or plain
    return (
        isinstance(found, type) and issubclass(found, Collection) and found is not str
    )


def test_no_struct_of_ours_has_one() -> None:
    found = {
        f"{struct.__module__}.{struct.__name__}.{field}"
        for struct in structs()
        for field, hint in get_type_hints(struct, include_extras=True).items()
        if any(map(is_deadly, unions(hint)))
    }
    assert found == set()


@pytest.mark.parametrize("type_", [Tag | list[Tag], Tag | None | dict[str, int]])
def test_one_would_be_found(type_: Any) -> None:
    assert any(map(is_deadly, unions(list[type_])))


@pytest.mark.parametrize("type_", [Tag | None, str | list[Tag], Tag | int])
def test_what_does_no_harm_is_let_be(type_: Any) -> None:
    assert not any(map(is_deadly, unions(type_)))


def test_it_is_still_so() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], check=False)
    assert done.returncode < 0, "mended: this file has done its work"
