"""Wires for outlets that only remember: one by one, and together."""

from collections.abc import Callable, Sequence
from typing import Any

from orbit.core.actors.subscribers import Outlet


class PlainWire:
    """Each outlet is written to by itself."""

    def __init__(self, frame: Callable[[bytes], bytes] = bytes) -> None:
        self._frame = frame

    def frame(self, text: bytes) -> bytes:
        return self._frame(text)

    def crowd(self, outlets: Sequence[Any]) -> "OutletCrowd | None":
        return None


class CrowdWire(PlainWire):
    """Outlets that can be are written to together."""

    def crowd(self, outlets: Sequence[Any]) -> "OutletCrowd | None":
        return OutletCrowd(outlets)


class OutletCrowd:
    """The least that a crowd promises."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self._outlets = outlets
        self._skipped: set[int] = set()

    def copy(self) -> "OutletCrowd":
        other = OutletCrowd(self._outlets)
        other._skipped = set(self._skipped)
        return other

    def skip(self, at: int) -> None:
        self._skipped.add(at)

    def write(self, frame: bytes, start: int, stop: int) -> Sequence[int]:
        out = []
        for at in range(start, stop):
            if at in self._skipped or self._outlets[at].paused:
                out.append(at)
            else:
                self._outlets[at].write(frame)
        return out


WIRE = CrowdWire()
