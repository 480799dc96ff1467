"""What mails say: a text and the same in HTML, from templates.

Whatever somebody has typed is escaped where it meets HTML, and may hold no line break
where it meets a header.  It must never know how a mail travels.
"""

from html import escape
from string import Template

from msgspec import Struct

from orbit.core.ports import Message

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>$subject</title></head>
<body style="margin:0;background:#f4f2fb;font:16px/1.5 system-ui,sans-serif;\
color:#1d1930">
<div style="max-width:28rem;margin:2rem auto;padding:2rem;background:#fff;\
border-radius:1rem">
$body
</div>
</body>
</html>
""")


class Wording(Struct, frozen=True):
    """A mail that is yet to be addressed."""

    subject: Template
    text: Template
    html: Template

    def to(self, address: str, **said: str) -> Message:
        """Return the mail for somebody, with what is to be filled in."""
        subject = " ".join(self.subject.substitute(said).split())
        escaped = {name: escape(value) for name, value in said.items()}
        body = self.html.substitute(escaped)
        html = PAGE.substitute(subject=escape(subject), body=body)
        return Message(address, subject, self.text.substitute(said), html)


_INVITE_TEXT = """\
You are invited to a board on Orbit:

    $title
%s
Open it, and come in:

    $link

The link is good for $days days, once. If you have an account at $site with this
address, you may also just sign in there. On a board nobody sees who you are, unless
you say so.

You need not answer: whoever invited you is told only if somebody comes in. Orbit does
not know who you are; somebody has typed your address.
"""
_INVITE_HTML = """\
<p>You are invited to a board on Orbit:</p>
<p style="font-size:1.3rem;font-weight:700;margin:1rem 0">$title</p>
%s<p style="margin:1.5rem 0"><a href="$link" style="background:#5b3df5;color:#fff;\
padding:.75rem 1.5rem;border-radius:.75rem;text-decoration:none;font-weight:700">\
Open the board</a></p>
<p>The link is good for $days days, once. If you have an account at $site with this
address, you may also just sign in there. On a board nobody sees who you are, unless
you say so.</p>
<p style="color:#6b6680">You need not answer: whoever invited you is told only if
somebody comes in. Orbit does not know who you are; somebody has typed your address.</p>
"""


def _invite(text: str, html: str) -> Wording:
    return Wording(
        Template("You are invited: $title"),
        Template(_INVITE_TEXT % text),
        Template(_INVITE_HTML % html),
    )


INVITE = _invite("", "")
INVITE_WITH_MESSAGE = _invite(
    """
Whoever invites you says:

    $message

""",
    """\
<p>Whoever invites you says:</p>
<p style="white-space:pre-line;border-left:3px solid #d9d4f5;padding-left:1rem">\
$message</p>
""",
)
CODE = Wording(
    Template("$code is your Orbit code"),
    Template("""\
Your code to sign in to Orbit:

    $code

It is good for $minutes minutes, once. Orbit never asks for it anywhere but on the
page where you have asked for it ($site).

If it was not you who asked, there is nothing to do: without the code nobody gets in.
"""),
    Template("""\
<p>Your code to sign in to Orbit:</p>
<p style="font-size:2rem;letter-spacing:.3em;font-weight:700;margin:1rem 0">$code</p>
<p>It is good for $minutes minutes, once. Orbit never asks for it anywhere but on the
page where you have asked for it ($site).</p>
<p style="color:#6b6680">If it was not you who asked, there is nothing to do: without
the code nobody gets in.</p>
"""),
)
