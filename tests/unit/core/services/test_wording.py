"""What mails say, and what nobody can make them say."""

from string import Template

from orbit.core.services.wording import CODE, Wording


def test_a_code_is_in_subject_text_and_html() -> None:
    mail = CODE.to("ann@example.org", code="012345", minutes="10", site="https://o.org")
    assert mail.to == "ann@example.org"
    for part in (mail.subject, mail.text, mail.html):
        assert "012345" in part
    for part in (mail.text, mail.html):
        assert "10 minutes" in part
        assert "https://o.org" in part


def test_what_somebody_typed_is_no_html_and_no_header() -> None:
    invite = Wording(
        Template("From $name"), Template("$name"), Template("<p>$name</p>")
    )
    mail = invite.to("ann@example.org", name="<b>Eve</b>\r\nBcc: all@example.org")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "<b>" not in mail.html
    assert "&lt;b&gt;Eve" in mail.html
    assert "<b>Eve</b>" in mail.text


def test_a_message_is_not_shown_in_a_log() -> None:
    mail = CODE.to("ann@example.org", code="012345", minutes="10", site="x")
    assert "012345" not in repr(mail)
    assert "ann" not in repr(mail)
