"""What a run of an evaluation comes to, in words."""

from __future__ import annotations

from looktwice.cli.show.evaluations import in_words
from looktwice.evals.scoring import Outcome, Scored


def scored(outcome: Outcome, answerable: bool, seconds: float) -> Scored:
    return Scored(
        id=f"{outcome}-{seconds}",
        kind="signs",
        answerable=answerable,
        outcome=outcome,
        score=float(outcome == "right"),
        measures={"seconds": seconds},
    )


def test_right_wrong_declined_and_seconds_are_said() -> None:
    run = [
        scored("right", True, 1.0),
        scored("wrong", True, 2.0),
        scored("declined", True, 3.0),
        scored("right", False, 9.0),
        scored("wrong", False, 8.0),
    ]
    assert in_words(run) == (
        "1 of 3 answered right, 1 wrong, 1 declined; 1 of 2 that have no answer declined; half of "
        "them within 3.0 s"
    )
    assert (
        in_words(run[:1]) == "1 of 1 answered right, 0 wrong, 0 declined; half of them within 1.0 s"
    )
