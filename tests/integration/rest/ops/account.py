"""What is somebody's own: profile, notices, settings, and what is kept of him."""

from tests.integration.rest.ops.op import EMAIL, HORSE, NO_FACTORS, NOTICE, NUL, Op

OPS = (
    Op("GET", "/identity/profile/", who="carol"),
    Op(
        "PATCH",
        "/identity/profile/",
        who="carol",
        body={"name": "Carol"},
        bad=({}, {"name": ""}, {"name": " "}, {"name": NUL}, {"name": "x" * 81}),
    ),
    Op("GET", "/account/erasure/", who="carol"),
    Op("GET", "/account/export/", who="carol"),
    Op(
        "POST",
        "/account/export/",
        who="eve",
        body={"password": HORSE},
        bad=NO_FACTORS,
    ),
    Op("GET", "/notices/", who="carol", query="?limit=5"),
    Op("GET", "/notices/unread-count/", who="carol"),
    Op("GET", "/auth/me/unread-counts/", who="carol"),
    Op("POST", "/notices/{notice}/read/", 204, who="carol"),
    Op(
        "PATCH",
        "/notices/{notice}/",
        204,
        who="carol",
        body={"read": True},
        bad=tuple({"read": it} for it in (False, None, 1, "true", [], NUL)),
    ),
    Op(
        "POST",
        "/notices/read/",
        who="carol",
        body={"until": NOTICE},
        bad=tuple({"until": it} for it in (5, None, [], "", "x", NUL, "x" * 65)),
    ),
    Op("GET", "/settings/", who="carol"),
    Op(
        "PATCH",
        "/settings/notifications/",
        who="carol",
        body={"invitations": False, "invitation_mails": False, "security": True},
        bad=(
            *({"invitations": it} for it in (1, None, "no", [])),
            {"invitation_mails": "off"},
            {"security": False},
            {"mentions": True},
            {"\0": True},
        ),
    ),
    Op(
        "PATCH",
        "/settings/automation/",
        who="carol",
        body={"claim_boards": True, "clear_read_after_days": 7},
        bad=(
            {"claim_boards": 1},
            {"claim_boards": None},
            *({"clear_read_after_days": it} for it in (0, 91, -1, 1.5, "7", True)),
            {"archive": True},
        ),
    ),
    Op("GET", "/users/me/", who="carol"),
    *(
        Op(
            method,
            "/users/me/",
            who="carol",
            body={"name": "Carol", "bio": "one\ntwo", "avatar": "", "email": EMAIL},
            bad=(
                {"name": "a\nb"},
                {"first_name": 5},
                {"last_name": "x" * 81},
                {"bio": NUL},
                {"bio": "x" * 2_001},
                {"avatar_url": "javascript:x"},
                {"email": "dan"},
                {"username": "dan"},
                {"organization": None},
            ),
        )
        for method in ("PATCH", "PUT")
    ),
    Op(
        "PATCH",
        "/account/organization/",
        who="carol",
        body={"organization": "Carols"},
        bad=(
            {},
            {"organization": 5},
            {"organization": None},
            {"organization": "x" * 81},
            {"organization": "a\nb"},
            {"organization": NUL},
        ),
    ),
    Op("GET", "/dashboard/summary/", who="carol"),
)
