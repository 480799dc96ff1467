"""Organisations, who is in one, and who is invited."""

from tests.integration.rest.ops.op import HAL, IDA, NO_ADDRESSES, NUL, ORG_TOKEN, Op

NO_LINES = (
    {},
    {"name": ""},
    {"name": " "},
    {"name": NUL},
    {"name": 5},
    {"name": None},
    {"name": "a\nb"},
    {"name": "x" * 81},
)
NO_ROLES = (
    {"role": ""},
    {"role": "admin"},
    {"role": "OWNER"},
    {"role": 5},
    {"role": None},
)
ORG, MEMBER = "/orgs/{org}/", "/orgs/{org}/members/{member}/"

OPS = (
    Op("GET", "/orgs/", who="carol"),
    Op("POST", "/orgs/", 201, who="carol", body={"name": "Does"}, bad=NO_LINES),
    Op("GET", ORG, who="gil"),
    Op("PATCH", ORG, who="carol", body={"name": "Roes"}, bad=NO_LINES),
    Op("DELETE", ORG, 204, who="carol"),
    Op("GET", f"{ORG}members/", who="gil", query="?limit=1"),
    Op(
        "POST",
        f"{MEMBER}role/",
        204,
        who="carol",
        body={"role": "MANAGER"},
        bad=({}, *NO_ROLES),
    ),
    Op("DELETE", MEMBER, 204, who="carol"),
    Op("POST", f"{ORG}leave/", 204, who="gil"),
    Op(
        "POST",
        f"{ORG}invite/",
        202,
        who="carol",
        body={"email": HAL, "role": "ADMIN"},
        bad=(*NO_ADDRESSES, *({"email": HAL, **role} for role in NO_ROLES)),
    ),
    Op(
        "DELETE",
        f"{ORG}invite/",
        204,
        who="carol",
        body={"email": IDA},
        bad=NO_ADDRESSES,
    ),
    Op("GET", f"{ORG}invites/", who="carol"),
    *(
        Op(
            "POST",
            f"/orgs/{what}-invite/",
            who="ida",
            body={"token": ORG_TOKEN},
            bad=(
                {},
                {"token": ""},
                {"token": 5},
                {"token": None},
                {"token": []},
                {"token": "x" * 129},
            ),
        )
        for what in ("read", "accept")
    ),
)
