"""Ghosts, codes, passwords, second factors, and sign-ins that last."""

from collections.abc import Mapping
from typing import Any

from tests.integration.rest.ops.op import (
    CHALLENGE,
    CODE,
    EMAIL,
    FACTOR,
    GHOST,
    HORSE,
    NO_ADDRESSES,
    NO_FACTORS,
    NUL,
    REFRESH,
    RESET,
    VERIFY,
    Op,
)

NO_PASSWORDS: tuple[Mapping[str, Any], ...] = (
    {},
    {"email": EMAIL},
    {"email": EMAIL, "password": ""},
    {"email": EMAIL, "password": 5},
    {"email": EMAIL, "password": None},
    {"email": EMAIL, "password": "x" * 129},
    {"email": EMAIL, "password": f"{HORSE}\0"},
    {"email": 5, "password": HORSE},
    {"email": "x" * 255, "password": HORSE},
)
NO_TOKENS = ({}, {"refresh": ""}, {"refresh": 5}, {"refresh": None}, {"refresh": []})
NO_CODES = ({}, *({"code": it} for it in (5, None, "", "12345", NUL, "x" * 33)))

OPS = (
    Op("POST", "/identity/ghost/", 201, "guest"),
    Op("GET", "/identity/ghost/me/"),
    Op("DELETE", "/identity/ghost/me/", 204),
    Op(
        "POST",
        "/identity/otp-send/",
        who="guest",
        body={"email": "dan@example.org"},
        bad=({}, {"email": ""}, {"email": "dan"}, {"email": NUL}, {"email": 5}),
    ),
    Op(
        "POST",
        "/identity/otp-verify/",
        who="guest",
        body={"email": EMAIL, "code": CODE},
        bad=(
            {},
            {"email": EMAIL},
            {"email": EMAIL, "code": 123456},
            {"email": EMAIL, "code": "12345"},
            {"email": EMAIL, "code": NUL},
            {"email": "dan", "code": "123456"},
        ),
    ),
    *(
        Op("POST", path, status, who="guest", body={"refresh": REFRESH}, bad=NO_TOKENS)
        for path, status in (("/identity/refresh/", 200), ("/identity/logout/", 204))
    ),
    Op(
        "POST",
        "/identity/ghost/merge/",
        who="carol",
        body={"ghost": GHOST},
        bad=({}, {"ghost": ""}, {"ghost": 5}, {"ghost": None}, {"ghost": "x" * 4_097}),
    ),
    Op(
        "POST",
        "/auth/register/",
        201,
        who="guest",
        body={
            "email": "dan@example.org",
            "password": HORSE,
            "username": "dan",
            "first_name": "Dan",
            "last_name": "Doe",
            "avatar_url": "https://example.org/dan.png",
            "organization": "Does",
        },
        bad=(
            *NO_PASSWORDS,
            {"email": "dan", "password": HORSE},
            {"email": "dan@example.org", "password": "7 chars"},
            {"email": "dan@example.org", "password": HORSE, "username": "dan@dan.org"},
            {"email": "dan@example.org", "password": HORSE, "name": "a\nb"},
            {"email": "dan@example.org", "password": HORSE, "first_name": "x" * 81},
            {"email": "dan@example.org", "password": HORSE, "avatar_url": "script:x"},
        ),
    ),
    Op(
        "POST",
        "/auth/login/",
        who="guest",
        body={"email": "eve@example.org", "password": HORSE},
        bad=(
            *NO_PASSWORDS,
            {"password": HORSE},
            {"email": EMAIL, "password": HORSE, "scope": "root"},
            {"email": EMAIL, "password": HORSE, "otp": 123456},
        ),
    ),
    Op(
        "POST",
        "/auth/refresh/",
        who="guest",
        body={"refresh": REFRESH},
        bad=(*NO_TOKENS, {"refresh_token": ""}, {"refresh_token": 5}),
    ),
    Op(
        "POST",
        "/auth/logout/",
        204,
        who="carol",
        body={"everywhere": False},
        bad=(
            {"everywhere": 1},
            {"everywhere": "yes"},
            {"everywhere": None},
            {"refresh": ""},
            {"refresh": 5},
            {"refresh_token": "x" * 513},
        ),
    ),
    Op("GET", "/auth/sessions/", who="carol"),
    Op("DELETE", "/auth/sessions/{session}/", 204, who="carol"),
    Op(
        "PATCH",
        "/account/password/",
        who="eve",
        body={"current_password": HORSE, "new_password": f"more {HORSE}"},
        bad=(
            {},
            {"current_password": HORSE},
            {"new_password": HORSE},
            {"current_password": HORSE, "new_password": "7 chars"},
            {"current_password": HORSE, "new_password": "x" * 129},
            {"current_password": "", "new_password": HORSE},
            {"current_password": 5, "new_password": HORSE},
            {"current_password": HORSE, "new_password": f"{HORSE}\0"},
        ),
    ),
    Op(
        "POST",
        "/auth/password/forgot/",
        who="guest",
        body={"email": "dan@example.org"},
        bad=NO_ADDRESSES,
    ),
    Op(
        "POST",
        "/auth/password/reset/",
        204,
        who="guest",
        body={"token": RESET, "password": HORSE},
        bad=(
            {},
            {"token": "x"},
            {"password": HORSE},
            {"token": "", "password": HORSE},
            {"token": 5, "password": HORSE},
            {"token": "x" * 1_025, "password": HORSE},
            {"token": "x", "password": "7 chars"},
            {"token": "x", "new_password": None},
        ),
    ),
    *(
        Op(
            "POST",
            path,
            who="guest",
            body={"challenge": CHALLENGE, "code": FACTOR},
            bad=(
                {},
                {"challenge": "x"},
                {"code": "000000"},
                {"challenge": "", "code": "000000"},
                {"challenge": 5, "code": "000000"},
                {"challenge": "x" * 1_025, "code": "000000"},
                {"challenge": "x", "code": 123456},
                {"challenge": "x", "code": "12345"},
                {"challenge": "x", "code": "x" * 33},
            ),
        )
        for path in ("/auth/2fa/", "/identity/2fa/")
    ),
    Op("GET", "/account/2fa/", who="fay"),
    Op("POST", "/account/2fa/", who="carol", body={}, bad=NO_FACTORS),
    Op(
        "POST",
        "/account/2fa/confirm/",
        who="fay",
        body={"code": FACTOR},
        bad=NO_CODES,
    ),
    *(
        Op(
            "POST",
            f"/account/2fa/{path}/",
            status,
            who="fay",
            body={"code": FACTOR},
            bad=(*NO_CODES, {"code": "000000", "password": 5}),
        )
        for path, status in (("recovery-codes", 200), ("disable", 204))
    ),
    Op(
        "PATCH",
        "/account/email/",
        who="eve",
        body={"email": "dan@example.org", "password": HORSE},
        bad=(
            *NO_ADDRESSES,
            {"email": "dan@example.org", "password": 5},
            {"email": "dan@example.org", "password": "x" * 129},
        ),
    ),
    Op("POST", "/account/email/resend/", who="eve"),
    Op(
        "POST",
        "/account/email/verify/",
        who="eve",
        body={"token": VERIFY},
        bad=({}, *({"token": it} for it in (5, None, "", [], NUL, "x" * 2_049))),
    ),
)
