from array import array

def send(
    fds: array[int],
    tickets: array[int],
    table: array[int],
    start: int,
    stop: int,
    frame: bytes,
    /,
) -> list[tuple[int, int]]: ...
