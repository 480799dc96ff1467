"""The tables of operations, one file a product, and the one table of other paths."""

from collections.abc import Mapping, Sequence

from orbit.http.api import (
    access,
    accounts,
    addresses,
    admin,
    boards,
    catalogue,
    dashboard,
    export,
    forms,
    identity,
    invites,
    leads,
    logins,
    my_data,
    node,
    notes,
    notices,
    organisations,
    passwords,
    preferences,
    second_factor,
    users,
)
from orbit.http.routing import Routes

TABLES: Sequence[Routes] = (
    identity.routes,
    accounts.routes,
    passwords.routes,
    second_factor.routes,
    logins.routes,
    addresses.routes,
    users.routes,
    dashboard.routes,
    preferences.routes,
    notices.routes,
    my_data.routes,
    organisations.routes,
    catalogue.routes,
    invites.routes,
    boards.routes,
    access.routes,
    export.routes,
    forms.routes,
    admin.routes,
    leads.routes,
    notes.routes,
    node.routes,
)

# What products call their own at the root, too: two slashes stand for no prefix.
_AUTH: Mapping[str, str] = {
    "/auth/token/": "/auth/login/",
    "/auth/token/refresh/": "/auth/refresh/",
    "/auth/me/": "/users/me/",
    "/auth/profile/": "/users/me/",
}

_NOTICES: Mapping[str, str] = {
    "": "",
    "{notice}/": "{notice}/",
    "mark-all-read/": "read/",
    "unread-count/": "unread-count/",
}

# What else a path is documented as -> the path of its row.
ALIASES: Mapping[str, str] = {
    "/boards/history/": "/boards/mine/",
    "/account/profile/": "/users/me/",
    "/identity/ghost/generate/": "/identity/ghost/",
    **{
        f"{at}/notifications/{path}": f"/notices/{row}"
        for at in ("", "//api")
        for path, row in _NOTICES.items()
    },
    **_AUTH,
    **{f"/{path}": row for path, row in _AUTH.items()},
    **{
        f"/{row.path}": row.path
        for table in TABLES
        for row in table.rows
        if row.path.startswith("/auth/")
    },
    **{f"//api{row.path}": row.path for row in organisations.routes.rows},
    **{f"//api{row.path}": row.path for row in forms.routes.rows},
    **{
        f"{prefix}{row.path.replace('_', '-')}": row.path
        for row in forms.routes.rows
        for prefix in ("", "//api")
        if "_" in row.path
    },
    "/admin/investor_interest/": "/admin/investor-interest/",
    "/admin/pilot_requests/": "/admin/pilot-requests/",
}
