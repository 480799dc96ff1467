"""What mails say in each language, and what nobody can make them say."""

from html.parser import HTMLParser
from string import Template

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from orbit.core.services.wording import CATALOGUES, catalogue
from orbit.core.services.wording.catalogue import Catalogue, Mail, Wording

ENGLISH, GERMAN = CATALOGUES["en"], CATALOGUES["de"]
CODE = {"code": "012345", "minutes": "10", "site": "https://o.org"}
INVITE = {
    "title": "Retro",
    "message": "",
    "link": "https://o.org/b/1#invite=t",
    "days": "7",
    "site": "https://o.org",
}


def shape(wording: Wording) -> list[tuple[object, ...]]:
    """Return what is alike in all languages: the blocks, and what is filled in."""
    shaped: list[tuple[object, ...]] = [(set(names(wording.subject)),)]
    for block in wording.body:
        assert isinstance(block, Struct)
        fields = asdict(block).values()
        said = [set(names(each)) if isinstance(each, str) else each for each in fields]
        shaped.append((type(block), *said))
    return shaped


def names(words: str) -> list[str]:
    return Template(words).get_identifiers()


def told(wording: Wording) -> dict[str, bool]:
    """Return what a body is filled in with, and whether it is where a link leads."""
    found = {}
    for block in wording.body:
        assert isinstance(block, Struct)
        for field, words in asdict(block).items():
            if isinstance(words, str):
                found |= dict.fromkeys(names(words), field == "to")
    return found


class Reader(HTMLParser):
    """What somebody sees of a mail who has it shown as HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = self.title = ""
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in = tag
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data.strip()
        else:
            self.text += data


@pytest.mark.parametrize("one", CATALOGUES.values(), ids=CATALOGUES)
def test_every_language_says_all_there_is(one: Catalogue) -> None:
    assert set(one.mails) == set(Mail)
    for which, wording in one.mails.items():
        assert shape(wording) == shape(ENGLISH.mails[which])
    assert all(asdict(one.unsubscribing).values())


def test_a_language_that_nobody_has_put_it_in_is_english() -> None:
    assert catalogue("de") is GERMAN
    assert catalogue("tlh") is ENGLISH


@pytest.mark.parametrize("which", Mail)
@pytest.mark.parametrize("one", CATALOGUES.values(), ids=CATALOGUES)
def test_every_mail_says_what_it_is_told_as_text_and_as_html(
    one: Catalogue, which: Mail
) -> None:
    wording = one.mails[which]
    places = dict.fromkeys(names(wording.subject), False) | told(wording)
    said = {name: f"https://o.org/{name}?a=1&b=<{name}>" for name in places}
    mail = one.write(which, "ann@example.org", **said)
    assert mail.stop == said.get("stop", "")
    assert 0 < len(mail.subject) <= 200
    html = Reader(mail.html)
    assert html.title == mail.subject
    for name, is_link in told(wording).items():
        assert said[name] in mail.text
        assert said[name] in (html.links if is_link else html.text)
    for part in (mail.subject, mail.text, html.text):
        assert "$" not in part
    assert html.tags <= {*("html", "head", "meta", "title"), "body", "div", "p", "a"}
    assert {*html.links} == {said[name] for name, is_link in places.items() if is_link}


@pytest.mark.parametrize(
    ("one", "lifetime"), [(ENGLISH, "10 minutes"), (GERMAN, "10 Minuten")]
)
def test_a_code_is_in_subject_text_and_html(one: Catalogue, lifetime: str) -> None:
    mail = one.write(Mail.CODE, "ann@example.org", **CODE)
    assert (mail.to, mail.language) == ("ann@example.org", one.language)
    for part in (mail.subject, mail.text, mail.html):
        assert "012345" in part
    for part in (mail.text, mail.html):
        assert lifetime in part
        assert "https://o.org" in part
    assert f'<html lang="{one.language}" dir="ltr">' in mail.html


def test_what_somebody_typed_is_no_html_and_no_header() -> None:
    said = INVITE | {"title": "<b>Eve</b>\r\nBcc: all@example.org"}
    mail = ENGLISH.write(Mail.INVITE, "ann@example.org", **said)
    assert mail.subject == "You are invited: <b>Eve</b> Bcc: all@example.org"
    assert "<b>" not in mail.html
    assert "&lt;b&gt;Eve" in mail.html
    assert "<b>Eve</b>" in mail.text


def test_what_somebody_wrote_keeps_its_lines_and_fills_nothing_in() -> None:
    said = INVITE | {"message": "first $site\nsecond"}
    mail = GERMAN.write(Mail.INVITE, "ann@example.org", **said)
    assert "    first $site\n    second\n" in mail.text
    assert "first $site\nsecond" in mail.html


def test_what_there_is_not_is_not_said() -> None:
    mail = ENGLISH.write(Mail.INVITE, "ann@example.org", **INVITE)
    for part in (mail.text, mail.html):
        assert "says" not in part
        assert "No more" not in part
    assert '<a href="https://o.org/b/1#invite=t"' in mail.html


def test_a_message_is_not_shown_in_a_log() -> None:
    mail = ENGLISH.write(Mail.CODE, "ann@example.org", **CODE)
    assert "012345" not in repr(mail)
    assert "ann" not in repr(mail)
