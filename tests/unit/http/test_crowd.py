"""Real sockets written to together: in order, to their owners alone, and as written."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from orbit.http.crowd import IS_COMPILED, SocketCrowd, crowd
from orbit.http.rfc6455 import Connection
from orbit.http.wheel import Wheel
from tests.kit.wire import frames

pytestmark = pytest.mark.skipif(
    not IS_COMPILED and not os.environ.get("CI"),
    reason="the part in C is not compiled here: sockets are written to one by one",
)
FRAME = b"\x81\x05hello"


class Line:
    """A connection on one end of a socket pair, and its peer on the other."""

    def __init__(self, wheel: Wheel) -> None:
        self.connection = Connection(wheel)
        self.peer, self._ours = socket.socketpair()
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.peer.setblocking(False)

    def move(self, fd: int) -> "Line":
        """Have the descriptor `fd`, which is free."""
        with self._ours as before:
            os.dup2(before.fileno(), fd)
        self._ours = socket.socket(fileno=fd)
        return self

    async def open(self) -> "Line":
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self.connection, sock=self._ours)
        return self

    async def heard(self, size: int) -> bytes:
        loop, data = asyncio.get_running_loop(), b""
        async with asyncio.timeout(5):
            while len(data) < size:
                data += await loop.sock_recv(self.peer, size - len(data))
        return data

    def silence(self) -> bool:
        try:
            self.peer.recv(1)
        except BlockingIOError:
            return True
        return False


@pytest.fixture
async def wheel() -> Wheel:
    return Wheel(asyncio.get_running_loop())


@pytest.fixture
async def lines(wheel: Wheel) -> AsyncIterator[list[Line]]:
    opened = [await Line(wheel).open() for _ in range(4)]
    yield opened
    for line in opened:
        line.connection.abort()
        line.peer.close()
    async with asyncio.timeout(5):
        await wheel.empty()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0)


def together(lines: list[Line]) -> SocketCrowd:
    made = crowd([line.connection for line in lines])
    assert made is not None
    return made


async def test_all_of_a_slice_are_written_to_and_nobody_else(lines: list[Line]) -> None:
    assert together(lines).write(FRAME, 1, 3) == []
    assert [await line.heard(7) for line in lines[1:3]] == [FRAME, FRAME]
    assert lines[0].silence()
    assert lines[3].silence()


async def test_who_is_skipped_is_left_out_of_this_copy_alone(lines: list[Line]) -> None:
    whole = together(lines)
    part = whole.copy()
    part.skip(2)
    assert part.write(FRAME, 0, 4) == [2]
    assert lines[2].silence()
    assert whole.write(FRAME, 2, 3) == []
    assert await lines[2].heard(7) == FRAME


async def test_bytes_never_overtake_what_the_transport_holds_back(
    lines: list[Line],
) -> None:
    slow = lines[0].connection
    long = b"\x81\x7e\xff\xff" + b"x" * 65535
    slow.write(long)
    assert slow.paused, "the kernel must not have taken all of it"
    assert together(lines).write(FRAME, 0, 4) == [0]
    slow.write(FRAME)
    told = frames(await lines[0].heard(len(long) + len(FRAME)))
    assert [frame.payload[:5] for frame in told] == [b"xxxxx", b"hello"]
    assert await lines[1].heard(7) == FRAME


async def test_what_the_kernel_takes_in_part_arrives_whole(lines: list[Line]) -> None:
    long = b"\x81\x7e\xff\xff" + b"x" * 65535
    assert together(lines).write(long, 0, 1) == []
    assert lines[0].connection.paused
    assert await lines[0].heard(len(long)) == long


async def test_who_has_drained_is_written_to_again(lines: list[Line]) -> None:
    one = lines[0].connection
    one.write(b"x" * 100_000)
    await lines[0].heard(100_000)
    await until(lambda: not one.paused)
    assert together(lines).write(FRAME, 0, 1) == []
    assert await lines[0].heard(7) == FRAME


async def test_a_closed_connection_is_sent_nothing_after_its_close_frame(
    lines: list[Line],
) -> None:
    all_of_them = together(lines)
    lines[0].connection.close(1001)
    assert all_of_them.write(FRAME, 0, 4) == [0]
    assert await lines[0].heard(4) == b"\x88\x02\x03\xe9"
    assert lines[0].silence()


async def test_a_stranger_who_gets_a_descriptor_again_is_sent_nothing(
    lines: list[Line], wheel: Wheel
) -> None:
    before, fd, stranger = together(lines), lines[0].connection.fd, Line(wheel)
    lines[0].connection.abort()
    await until(lambda: len(wheel) < len(lines))
    lines.append(await stranger.move(fd).open())
    assert stranger.connection.fd == fd
    assert before.write(FRAME, 0, 1) == [0]
    assert stranger.silence()


def test_places_beyond_the_sockets_are_refused() -> None:
    with pytest.raises(ValueError, match="places"):
        together([]).write(FRAME, 0, 1)
