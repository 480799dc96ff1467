"""Names that are made from other names: the same when asked again, and telling nothing.

Pure.  Whatever is random is drawn outside.
"""

from hashlib import blake2b
from uuid import UUID

from orbit.core.types import BoardId, Principal


def op_key(op: str) -> bytes:
    """Return 16 bytes that stand for a client's id of a command."""
    return blake2b(op.encode(), digest_size=16).digest()


def told_op(op: str, who: Principal) -> bytes:
    """Return the `op_key` of a client's id of a command that `who` tells.

    A board knows a guest by no id: what he tells is his together with what he shows, so
    that nobody without a link is answered in the place of who holds it.
    """
    return op_key(op if who.id else "\0".join([op, *sorted(who.claims)]))


def command_id(board: BoardId, who: str, op: bytes) -> str:
    """Return the id of a command, and of the item that it makes: 20 hex digits.

    The same when told again.  It carries no time and leads back to nobody.
    """
    seed = f"{board}\0{who}\0".encode() + op
    return blake2b(seed, digest_size=10).hexdigest()


def uuid_of(seed: bytes) -> str:
    """Return a UUID that is made from `seed`."""
    return str(UUID(bytes=blake2b(seed, digest_size=16).digest(), version=4))


def board_id(seed: bytes) -> BoardId:
    """Return the id of a board that is made from `seed`."""
    return BoardId(uuid_of(seed))


def canonical(board: str) -> BoardId | None:
    """Return the canonical form of a board's id, or None if it is not one."""
    if len(board) not in {32, 36}:
        return None
    try:
        id = str(UUID(board))
    except ValueError:
        return None
    # `UUID` also reads other scripts' digits, underscores and hyphens anywhere.
    return BoardId(id) if board.lower() in {id, id.replace("-", "")} else None
