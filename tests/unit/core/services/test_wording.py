"""What mails say in each language, and what nobody can make them say."""

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


@pytest.mark.parametrize("one", CATALOGUES.values(), ids=CATALOGUES)
def test_every_language_says_all_there_is(one: Catalogue) -> None:
    assert set(one.mails) == set(Mail)
    for which, wording in one.mails.items():
        assert shape(wording) == shape(ENGLISH.mails[which])
    assert all(asdict(one.unsubscribing).values())


def test_a_language_that_nobody_has_put_it_in_is_english() -> None:
    assert catalogue("de") is GERMAN
    assert catalogue("tlh") is ENGLISH


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
