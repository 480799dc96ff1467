"""A refusal keeps what the server said."""

from orbit.client.failure import refusal


def test_a_frame_becomes_an_error_with_all_it_says() -> None:
    frame = {
        "error": "invalid",
        "message": "too long",
        "details": {"field": "x"},
        "retry": False,
    }
    error = refusal(frame, 400)
    assert (error.code, error.message, error.status) == ("invalid", "too long", 400)
    assert (error.details, error.retry, error.after) == ({"field": "x"}, False, None)
    assert str(error) == "invalid: too long"


def test_what_says_nothing_is_internal() -> None:
    assert refusal({}).code == "internal"
