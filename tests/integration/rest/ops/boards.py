"""Boards: who may enter, what is told to them, and what they hold."""

from typing import Any

import msgspec

from orbit.core.services.document import Document, hash_of
from tests.integration.rest.ops.op import EMAIL, NO_ADDRESSES, NUL, TOKEN, Op

EXPORTED: dict[str, Any] = {
    "format": "orbit-board",
    "version": 1,
    "board": {"title": "Retro", "is_public": False},
    "items": [],
}
EXPORTED["hash"] = hash_of(msgspec.convert(EXPORTED, Document))

OPS = (
    Op(
        "POST",
        "/boards/",
        201,
        body={"title": "x"},
        bad=(
            {},
            {"title": ""},
            {"title": " "},
            {"title": NUL},
            {"title": "x" * 256},
            {"title": 5},
            {"title": "x", "is_public": "yes"},
            {"title": "x", "kind": "chess"},
            {"title": "x", "kind": None},
        ),
    ),
    Op("GET", "/boards/discover/", query="?sort=popular&search=x&limit=5"),
    Op("GET", "/boards/mine/"),
    Op("GET", "/boards/{board}/", query="?min_seq=1"),
    Op(
        "PATCH",
        "/boards/{board}/",
        who="admin",
        body={"title": "y"},
        bad=(
            {"title": ""},
            {"title": None},
            {"title": NUL},
            {"title": "\u3000"},
            {"title": "x" * 256},
            {"is_public": 1},
        ),
    ),
    Op("GET", "/boards/{board}/export/", who="admin"),
    Op("GET", "/boards/{board}/compare/", query="?from=1&to=2"),
    Op(
        "POST",
        "/boards/{board}/fork/",
        201,
        body={"seq": 2, "title": "x"},
        bad=(
            {"seq": 0},
            {"seq": "2"},
            {"seq": 10**9},
            {"title": ""},
            {"title": NUL},
            {"title": " "},
            {"is_public": "yes"},
        ),
    ),
    Op(
        "POST",
        "/boards/import/",
        201,
        body=EXPORTED,
        bad=(
            {},
            {**EXPORTED, "hash": ""},
            {**EXPORTED, "hash": 5},
            {**EXPORTED, "version": 2},
            {**EXPORTED, "board": {"title": NUL}},
            {**EXPORTED, "items": [{"id": "x", "data": {}}]},
            {**EXPORTED, "items": None},
        ),
    ),
    Op("DELETE", "/boards/{board}/", who="admin"),
    Op("POST", "/boards/{board}/revoke-link/", who="admin"),
    Op("POST", "/boards/{board}/claim/", who="owner"),
    Op(
        "POST",
        "/boards/{board}/request-access/",
        status=201,
        body={"message": "it is me"},
        bad=({"message": 5}, {"message": NUL}, {"message": "x" * 501}),
    ),
    Op("GET", "/boards/{board}/access-requests/", who="keeper", query="?limit=3"),
    Op(
        "PATCH",
        "/boards/{board}/access-requests/{request}/",
        who="keeper",
        body={"approve": True},
        bad=({}, {"approve": 1}, {"approve": "yes"}, {"approve": None}),
    ),
    Op(
        "POST",
        "/boards/{board}/invite/",
        202,
        who="keeper",
        body={"email": "dan@example.org", "message": "come in"},
        bad=(
            *NO_ADDRESSES,
            {"email": "dan@example.org", "message": 5},
            {"email": "dan@example.org", "message": NUL},
            {"email": "dan@example.org", "message": "x" * 501},
        ),
    ),
    Op(
        "DELETE",
        "/boards/{board}/invite/",
        204,
        who="keeper",
        body={"email": EMAIL},
        bad=NO_ADDRESSES,
    ),
    Op("GET", "/boards/{board}/invites/", who="keeper"),
    Op("GET", "/boards/invited/", who="carol"),
    Op(
        "POST",
        "/boards/{board}/accept-invite/",
        body={"token": TOKEN},
        bad=(
            {"token": ""},
            {"token": 5},
            {"token": None},
            {"token": "x" * 65},
            {"token": []},
        ),
    ),
    Op(
        "POST",
        "/boards/{board}/do/",
        body={"do": "add_note", "with": {"content": "x"}},
        bad=(
            {},
            {"do": ""},
            {"do": "x" * 65},
            {"do": "open_board", "with": {"title": "x", "is_public": True, "link": ""}},
            {"do": "add_note"},
            {"do": "add_note", "with": []},
            {"do": "add_note", "with": "x"},
            {"do": "add_note", "with": {"content": NUL}},
            {"do": "add_note", "with": {"content": "x"}, "op": ""},
            {"do": "add_note", "with": {"content": "x"}, "op": 7},
            {"do": "drag", "with": {"note": "x", "x": 0, "y": 0}},
            {"do": 7},
        ),
    ),
    Op("GET", "/boards/{board}/items/{type}/", query="?limit=5&search=x"),
    Op("GET", "/boards/{board}/journal/", query="?since=1&limit=5"),
)
