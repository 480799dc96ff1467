"""The console of the staff."""

from tests.integration.rest.ops.op import EMAIL, NUL, Op

OPS = (
    Op("GET", "/admin/summary/", who="staff"),
    *(
        Op("GET", f"/admin/{path}/", who="staff", query=query)
        for path, query in (
            ("logs", "?action=sign-in&since=2026-01-01T00:00:00Z&limit=5"),
            ("users", "?q=carol&role=user&status=active&page=2"),
        )
    ),
    Op("GET", "/admin/users/{user}/", who="staff"),
    Op(
        "PATCH",
        "/admin/users/{user}/",
        who="staff",
        body={"role": "dev", "suspended": True},
        bad=(
            {},
            {"role": "admin"},
            {"role": None},
            {"suspended": "yes"},
            {"suspended": 1},
            {"name": "x"},
            {"role": "dev", "version": 1},
        ),
    ),
    *(
        Op("GET", f"/admin/{path}/", who="staff", query="?q=x&limit=5&page=2")
        for path in ("waitlist", "contacts", "investor-interest", "pilot-requests")
    ),
    Op("DELETE", "/admin/leads/{lead}/", 204, who="staff"),
    Op(
        "POST",
        "/admin/send-email/",
        202,
        who="staff",
        body={"to": [EMAIL, "dan@example.org"], "subject": "x", "body": "hello\nyou"},
        bad=(
            {"to": EMAIL, "subject": "x"},
            *(
                {"to": it, "subject": "x", "body": "x"}
                for it in ("dan", 5, None, [], ["dan"], [EMAIL] * 51)
            ),
            *(
                {"to": EMAIL, "subject": it, "body": "x"}
                for it in (NUL, " ", "x" * 201)
            ),
            *({"to": EMAIL, "subject": "x", "body": it} for it in (5, "\n")),
        ),
    ),
)
