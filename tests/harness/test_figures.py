"""What a scenario comes to: bars are judged, and the page is whole and harmless."""

from collections import Counter

import pytest

from tests.harness.cluster.acts import Step
from tests.harness.cluster.figures import Figure, figures, quantile
from tests.harness.cluster.report import page
from tests.harness.cluster.scenarios import Outcome, Plan, plans, soup
from tests.harness.cluster.witness import Claim, Seen
from tests.harness.faults import Fault
from tests.harness.field import Answer
from tests.harness.ledger import (
    COUNTERS,
    Applied,
    Command,
    Ledger,
    Sent,
    Verdict,
    Viewer,
)


def story(name: str, *, seen: Seen | None = None, problem: str = "") -> Outcome:
    """A node was done something to at 10 s; one board of it acked again at 13 s."""
    sent = Sent(11.0, 13.0, "ack", 2, "ann")
    viewer = Viewer("v", "b", [Applied("L", 2, None, 13.5)])
    return Outcome(
        plan=Plan(name, "a <b>title</b>", [Step("kill")]),
        is_real=True,
        began=0.0,
        quiet=(2.0, 8.0),
        faults=[Fault("kill", 1, 3.0, {"takeovers": 0}, problem, 10.0, 13.0, [3.0])],
        verdict=Verdict(Counter(dict.fromkeys(COUNTERS, 0)), {}),
        seen=seen or Seen([Claim(1.0, "b", "ann", None)], []),
        acked=[Answer(3.5, 0.5, "b", "ann"), Answer(13.0, 2.0, "b", "ann")],
        answers=Counter({"ack": 2, "busy": 1}),
        lost=0,
        moved=0,
        passed_on=0,
        turned_down=0,
        resets=0,
        events=2,
        errors=[],
        ledger=Ledger([Command("b", b"1", [sent])], [viewer]),
    )


def value(outcome: Outcome, name: str) -> Figure:
    return next(one for one in figures(outcome) if one.name == name)


def test_a_figure_without_a_bar_is_only_printed() -> None:
    assert Figure("F1", "acks", 5).verdict == ""
    assert str(Figure("F1", "acks", 5)) == "FIGURE F1 acks: 5"
    assert str(Figure("F1", "p50", 2, " s", 1.5)) == (
        "FIGURE F1 p50: 2 s (bar <= 1.5 s) MISS"
    )
    assert Figure("F1", "bit", 3, at_least=3).verdict == "PASS"
    assert Figure("F1", "bit", 2, at_least=3).verdict == "MISS"


@pytest.mark.parametrize(
    "name", ["F1", "F1w", "F2", "F3", "F4", "F5", "F5d", "F6", "F7", "F7s", "F8"]
)
def test_each_scenario_is_judged(name: str) -> None:
    names = [figure.name for figure in figures(story(name)) if figure.verdict]
    assert names[:3] == ["faults that bit", "ledger, all counters", "errors logged"]


def test_a_fault_that_did_not_bite_is_a_miss() -> None:
    assert value(story("F1"), "faults that bit").verdict == "PASS"
    numb = story("F1", problem="it did not bite")
    assert value(numb, "faults that bit").verdict == "MISS"
    assert numb.problems == ["kill: it did not bite"]


def test_a_board_that_was_given_is_not_taken() -> None:
    claims = [
        Claim(1.0, "b", "ann", None),
        Claim(2.0, "b", "ann", "ann"),
        Claim(3.0, "b", "bob", "ann"),
    ]
    seen = Seen(claims, [])
    assert [claim.at for claim in seen.takeovers()] == [3.0]
    assert seen.takeovers(held="bob") == []
    taken = value(story("F3", seen=seen), "takeovers of live owners")
    assert taken.verdict == "MISS"


def test_times_are_those_of_the_faults() -> None:
    redis = story("F3")
    assert value(redis, "local ack p99 in quiet").value == 0.5
    assert value(redis, "local ack p99, ratio").value == 4.0
    assert value(redis, "followers' lag at the onset, max").value == 0.5
    assert value(story("F6"), "stall max").value == 2.0
    assert value(story("F1"), "first new ack p50").value == 3.0


def test_a_refusal_in_a_deploy_is_a_miss() -> None:
    assert value(story("F6"), "nacks").verdict == "MISS"
    assert value(story("F6"), "answers busy").value == 1


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([], 0.99) == 0.0


def test_the_page_needs_nothing_else_and_escapes() -> None:
    outcome = story("F1", problem="<script>")
    text = page([outcome], figures(outcome), ["a & b"])
    assert "<b>title" not in text
    assert "<script>" not in text
    assert "http" not in text
    assert text.count("<svg") == text.count("</svg>") == 3


def test_the_soup_is_of_its_seed() -> None:
    steps = soup(7, 3.0, is_real=True)
    assert steps == soup(7, 3.0, is_real=True) != soup(8, 3.0, is_real=True)
    assert [step for step in steps if step.act != "cut"] == soup(7, 3.0, is_real=False)
    assert max(step.at for step in steps) < 180


def test_repeats_are_how_many_faults_there_are() -> None:
    for plan in plans("short", 7, 1, 1.0, is_real=True)[:-1]:
        assert len(plan.steps) == 7, plan.name
    pauses = plans("full", None, 1, 1.0, is_real=True)[2].steps
    assert sum(step.inside for step in pauses) == len(pauses) / 2
