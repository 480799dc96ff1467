"""How each operation is called well, and bodies that are wrong for it alone."""

from tests.integration.rest.ops import (
    account,
    boards,
    console,
    forms,
    node,
    notes,
    organisations,
    signing_in,
)
from tests.integration.rest.ops.op import Op

AREAS = (signing_in, account, forms, console, organisations, boards, notes, node)
OPS: tuple[Op, ...] = tuple(op for area in AREAS for op in area.OPS)
# Those that do not end, or take a socket.
ELSEWHERE = {
    ("GET", "/boards/{board}/stream/"): "tests/unit/http/test_sse.py",
    ("GET", "/node/boards/{board}/trace/"): "tests/unit/http/api/test_node.py",
    ("DELETE", "/node/connections/{connection}/"): "tests/unit/admin/test_operating.py",
}
