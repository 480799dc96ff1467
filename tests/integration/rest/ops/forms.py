"""What visitors fill in."""

from tests.integration.rest.ops.op import NUL, VISITOR, Op

NO_VISITORS = (
    {"message": "hello"},
    *({**VISITOR, "email": it} for it in ("", "dan", NUL, 5, None, "x" * 255)),
    *({**VISITOR, "name": it} for it in (5, [], NUL, "x" * 201)),
    *({**VISITOR, "message": it} for it in (5, {}, NUL, "x" * 5_001)),
    {**VISITOR, "company": True},
    {**VISITOR, "website": "x" * 2_001},
)
NO_FIGURES = (-1, 10**16, 1e300, True, [], "x" * 201)

OPS = (
    Op(
        "POST",
        "/waitlist/",
        201,
        who="guest",
        body={**VISITOR, "company": "Does", "use_case": "retros"},
        bad=(*NO_VISITORS, {**VISITOR, "use_case": 5}),
    ),
    Op(
        "POST",
        "/contact/",
        201,
        who="guest",
        body={**VISITOR, "subject": "tea", "phone": "+49 30 1234"},
        bad=(
            *NO_VISITORS,
            {"email": "dan@example.org"},
            *({**VISITOR, "message": it} for it in (None, "", " \n")),
            {**VISITOR, "subject": 5},
        ),
    ),
    Op(
        "POST",
        "/investor_interest/",
        201,
        who="guest",
        body={**VISITOR, "firm": "Does", "amount": 250_000, "stage": "seed"},
        bad=(*NO_VISITORS, *({**VISITOR, "amount": it} for it in NO_FIGURES)),
    ),
    Op(
        "POST",
        "/pilot_request/",
        201,
        who="guest",
        body={**VISITOR, "team_size": "11-50", "timeline": "soon"},
        bad=(*NO_VISITORS, *({**VISITOR, "team_size": it} for it in NO_FIGURES)),
    ),
)
