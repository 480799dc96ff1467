"""What operators ask nodes, and tell them."""

from tests.integration.rest.ops.op import NUL, Op

NO_NODES = ({}, {"node": ""}, {"node": 5}, {"node": NUL}, {"node": "x" * 513})

OPS = (
    Op("GET", "/node/nodes/", who="operator"),
    Op("GET", "/node/metrics/", who="operator"),
    Op("GET", "/node/top/", who="operator", query="?by=acks&limit=3"),
    Op("GET", "/node/connections/", who="operator", query="?limit=3"),
    Op("GET", "/node/boards/{board}/", who="operator"),
    Op("GET", "/node/boards/{board}/verify/", who="operator"),
    Op("POST", "/node/boards/{board}/evict/", who="operator"),
    Op(
        "POST",
        "/node/boards/{board}/move/",
        who="operator",
        body={"node": "n"},
        bad=NO_NODES,
    ),
    Op("POST", "/node/drain/", who="operator", body={"node": "n"}, bad=NO_NODES),
)
