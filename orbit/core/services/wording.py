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
