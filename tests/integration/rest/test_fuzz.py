"""A short run of what `python -m tests.fuzz.rest` does at length."""

from tests.fuzz.rest import fuzz


async def test_made_up_requests_cause_no_server_error() -> None:
    (run,) = await fuzz(examples=5, seed=1, people=["ghost"], phases="fuzzing")
    assert run.is_clean, run.output
    assert run.requests >= 50, run.output
