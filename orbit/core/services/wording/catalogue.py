"""How mails are put: the sentences of a language, laid out as text and as HTML.

A language says what is to be read and nothing of how it looks, so text and HTML say the
same.  Whatever somebody has typed is escaped where it meets HTML, and holds no line
break where it meets a header.  It must never know how a mail travels.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from html import escape
from string import Template
from textwrap import fill, indent
from typing import Protocol

from msgspec import Struct

from orbit.core.ports import Message

Said = Mapping[str, str]  # what is filled in, by the names that sentences use
WIDTH = 78
PAGE = Template("""\
<!doctype html>
<html lang="$language" dir="$dir">
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
SOFT = ' style="color:#6b6680"'
LINES = ' style="white-space:pre-line"'
QUOTED = ' style="white-space:pre-line;border-inline-start:3px solid #d9d4f5;\
padding-inline-start:1rem"'
BUTTON = ' style="background:#5b3df5;color:#fff;padding:.75rem 1.5rem;\
border-radius:.75rem;text-decoration:none;font-weight:700"'
TITLE = "font-size:1.3rem;font-weight:700"
DIGITS = "font-size:2rem;font-weight:700;letter-spacing:.3em"


class Mail(StrEnum):
    """A mail that there is; behind each, what is filled in."""

    CODE = "code"  # code, minutes, site
    RESET = "reset"  # link, minutes, site
    VERIFY = "verify"  # link, hours, site
    CHANGE = "change"  # email, site
    INVITE = "invite"  # title, message (perhaps empty), link, days, site, stop
    ORG_INVITE = "org_invite"  # title, link, days, site, stop
    # Thanks for a form.  Nothing that was typed there: anybody types others' addresses.
    WAITLIST = "waitlist"  # site, stop
    CONTACT = "contact"  # site, stop
    INVESTOR_INTEREST = "investor_interest"  # site, stop
    PILOT_REQUEST = "pilot_request"  # site, stop
    LEAD = "lead"  # form, email, fields, site
    CIRCULAR = "circular"  # subject, words, site, stop


class Block(Protocol):
    """A part of a mail; one that has nothing to say is empty."""

    def text(self, said: Said) -> str:
        """Return it as lines of text."""

    def html(self, said: Said) -> str:
        """Return it as HTML."""


class Say(Struct, frozen=True):
    """A paragraph; what is said aside is `soft`."""

    words: str
    soft: bool = False

    def text(self, said: Said) -> str:
        return _filled(_plain(self.words, said))

    def html(self, said: Said) -> str:
        return f"<p{SOFT if self.soft else ''}>{_escaped(self.words, said)}</p>"


class Show(Struct, frozen=True):
    """What catches the eye: a title, or digits to be typed."""

    words: str
    is_digits: bool = False

    def text(self, said: Said) -> str:
        return indent(_plain(self.words, said), "    ")

    def html(self, said: Said) -> str:
        style = DIGITS if self.is_digits else TITLE
        return f'<p style="{style};margin:1rem 0">{_escaped(self.words, said)}</p>'


class Quote(Struct, frozen=True):
    """What somebody has typed, in his own lines, if he has."""

    lead: str
    words: str

    def text(self, said: Said) -> str:
        words = _plain(self.words, said)
        return words and f"{_filled(self.lead)}\n\n{indent(words, '    ')}"

    def html(self, said: Said) -> str:
        words = _escaped(self.words, said)
        return words and f"<p>{escape(self.lead)}</p>\n<p{QUOTED}>{words}</p>"


class Written(Struct, frozen=True):
    """What is said in lines of its own."""

    words: str

    def text(self, said: Said) -> str:
        return _plain(self.words, said)

    def html(self, said: Said) -> str:
        return f"<p{LINES}>{_escaped(self.words, said)}</p>"


class Link(Struct, frozen=True):
    """Where to go on, if there is a way; a button, unless it is `soft`."""

    label: str
    to: str
    soft: bool = False

    def text(self, said: Said) -> str:
        to = _plain(self.to, said)
        return to and f"{_filled(self.label)}:\n\n    {to}"

    def html(self, said: Said) -> str:
        to, label = _escaped(self.to, said), escape(self.label)
        style = SOFT if self.soft else BUTTON
        link = f'<p style="margin:1.5rem 0"><a href="{to}"{style}>{label}</a></p>'
        return to and link


class Wording(Struct, frozen=True):
    """A mail that is yet to be addressed."""

    subject: str
    body: Sequence[Block]


class Page(Struct, frozen=True):
    """What the page says where mails are stopped."""

    title: str
    ask: str
    stop: str  # does that
    stopped: str
    resume: str  # does that
    resumed: str
    broken: str


class Catalogue(Struct, frozen=True):
    """All that is said in a language: in mails, and where they are stopped."""

    language: str  # its tag: BCP 47
    mails: Mapping[Mail, Wording]
    unsubscribing: Page
    dir: str = "ltr"

    def write(self, which: Mail, to: str, *, stop: str = "", **said: str) -> Message:
        """Return a mail for somebody, with what is to be filled in.

        `stop` is where he may stop mails that he has not asked for.
        """
        wording, said = self.mails[which], {**said, "stop": stop}
        subject = " ".join(_plain(wording.subject, said).split())
        body = "\n".join(filter(None, (each.html(said) for each in wording.body)))
        html = PAGE.substitute(
            language=self.language, dir=self.dir, subject=escape(subject), body=body
        )
        blocks = filter(None, (each.text(said) for each in wording.body))
        text = "\n\n".join(blocks) + "\n"
        return Message(to, subject, text, html, self.language, stop)


def _plain(words: str, said: Said) -> str:
    return Template(words).substitute(said)


def _escaped(words: str, said: Said) -> str:
    return _plain(escape(words), {name: escape(value) for name, value in said.items()})


def _filled(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
