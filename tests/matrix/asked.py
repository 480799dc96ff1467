"""How each operation and command is asked well, so that only who asks can be wrong."""

from collections.abc import Mapping
from typing import Any

from tests.integration.rest.ops.boards import EXPORTED

EMAIL, HORSE = "dan@example.org", "correct horse"
CHALLENGE = {"challenge": "x", "code": "000000"}
REFRESH = {"refresh": "x"}
ADD = {"do": "add_note", "with": {"content": "x"}}

# By operation: what is added to the path, and the body.
QUERIES: Mapping[str, str] = {"GET /boards/{board}/compare/": "?from=1&to=1"}
BODIES: Mapping[str, Any] = {
    "POST /identity/otp-send/": {"email": EMAIL},
    "POST /identity/otp-verify/": {"email": EMAIL, "code": "000000"},
    "POST /identity/2fa/": CHALLENGE,
    "POST /identity/refresh/": REFRESH,
    "POST /identity/logout/": REFRESH,
    "POST /identity/ghost/merge/": {"ghost": "{secret}"},
    "PATCH /identity/profile/": {"name": "Dan"},
    "POST /auth/register/": {"email": "new{number}@example.org", "password": HORSE},
    "POST /auth/login/": {"email": EMAIL, "password": HORSE},
    "POST /auth/refresh/": REFRESH,
    "POST /auth/2fa/": CHALLENGE,
    "POST /auth/password/forgot/": {"email": EMAIL},
    "POST /auth/password/reset/": {"token": "x", "password": HORSE},
    "PATCH /users/me/": {"name": "Dan"},
    "PUT /users/me/": {"name": "Dan"},
    "PATCH /account/organization/": {"organization": "Dans"},
    "PATCH /account/password/": {"current_password": HORSE, "new_password": "x" * 9},
    "PATCH /account/email/": {"email": "new{number}@example.org"},
    "POST /account/email/verify/": {"token": "x"},
    "POST /account/2fa/confirm/": {"code": "000000"},
    "POST /account/2fa/recovery-codes/": {"code": "000000"},
    "POST /account/2fa/disable/": {"code": "000000"},
    "PATCH /settings/notifications/": {"invitations": False},
    "PATCH /settings/automation/": {"claim_boards": False},
    "POST /waitlist/": {"email": EMAIL},
    "POST /contact/": {"email": EMAIL, "message": "x"},
    "POST /investor_interest/": {"email": EMAIL},
    "POST /pilot_request/": {"email": EMAIL},
    "PATCH /admin/users/{user}/": {"suspended": True},
    "POST /admin/send-email/": {"to": EMAIL, "subject": "x", "body": "x"},
    "POST /boards/": {"title": "x"},
    "POST /boards/import/": EXPORTED,
    "PATCH /boards/{board}/": {"title": "y"},
    "POST /boards/{board}/invite/": {"email": EMAIL},
    "DELETE /boards/{board}/invite/": {"email": "{address}"},
    "PATCH /boards/{board}/access-requests/{request}/": {"approve": True},
    "POST /boards/{board}/do/": ADD,
    "POST /boards/{board}/notes/": ADD["with"],
    "PATCH /boards/{board}/notes/{note}/": {"content": "y"},
    "POST /boards/{board}/notes/{note}/move/": {"x": 1, "y": 2},
    "POST /orgs/": {"name": "Does"},
    "POST /orgs/accept-invite/": {"token": "x"},
    "POST /orgs/read-invite/": {"token": "x"},
    "PATCH /orgs/{org}/": {"name": "Roes"},
    "POST /orgs/{org}/invite/": {"email": EMAIL},
    "DELETE /orgs/{org}/invite/": {"email": "{address}"},
    "POST /orgs/{org}/members/{member}/role/": {"role": "MANAGER"},
    "POST /node/boards/{board}/move/": {"node": "n"},
    "POST /node/drain/": {"node": "n"},
}
# What is in the place of `{note}`, where that is not any note.
NOTES: Mapping[str, str] = {
    "POST /boards/{board}/notes/{note}/restore/": "removed",
    "POST /boards/{board}/notes/{note}/show/": "hidden",
    "POST /boards/{board}/notes/{note}/upvote/": "strange",
}
# Of commands and signals.
WITH: Mapping[str, Mapping[str, Any]] = {
    "add_note": {"content": "x"},
    "report_note": {"note": "{strange}"},
    "toggle_upvote": {"note": "{strange}"},
    "edit_note": {"note": "{note}", "content": "y"},
    "recolour_note": {"note": "{note}", "colour": "FRESH"},
    "restore_note": {"note": "{removed}"},
    "remove_note": {"note": "{note}"},
    "move_note": {"note": "{note}", "x": 1, "y": 2},
    "group_notes": {"notes": ["{strange}", "{strange}"]},
    "ungroup_notes": {"notes": ["{grouped}"]},
    "name_group": {"group": "{group}", "title": "x"},
    "edit_board": {"title": "y"},
    "set_phase": {"phase": "vote"},
    "start_timer": {"seconds": 5},
    "hide_note": {"note": "{strange}"},
    "show_note": {"note": "{hidden}"},
    "dismiss_reports": {"note": "{reported}"},
    "mute_author": {"note": "{strange}"},
    "unmute_author": {"mute": "{mute}"},
    "answer_request": {"request": "{request}", "approve": True},
    "remove_member": {"member": "{member}"},
    "open_board": {"title": "x", "is_public": True, "link": "x"},
    "carry_notes": {"notes": []},
    "revoke_link": {"link": "x"},
    "drag": {"note": "{note}", "x": 1, "y": 2},
    "focus": {"x": 1, "y": 2},
}
