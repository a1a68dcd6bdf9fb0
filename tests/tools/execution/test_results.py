"""Whatever a tool returns is evidence, or a failure that says what came."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from looktwice.schema import Evidence
from looktwice.tools.context import Context
from looktwice.tools.execution.results import MAX_TEXT
from pydantic import BaseModel

from ..kit import returning, run


class Weather(BaseModel):
    town: str
    degrees: float


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("It is noon.", "It is noon."),
        (42, "thing: 42"),
        (2.5, "thing: 2.5"),
        (True, "thing: true"),
        ({"a": [1, "é"]}, 'thing: {"a": [1, "é"]}'),
        ([1, 2], "thing: [1, 2]"),
        (Weather(town="Bern", degrees=3), 'thing: {"town": "Bern", "degrees": 3.0}'),
        ([Weather(town="Bern", degrees=3)], 'thing: [{"town": "Bern", "degrees": 3.0}]'),
        ([], "thing: nothing found"),
        ("  ", "thing: an empty text"),
        ("\ud800", "?"),
    ],
)
def test_plain_values_become_evidence(context: Context, value: Any, text: str) -> None:
    (evidence,) = run(returning(value), context).evidence
    assert (evidence.kind, evidence.text) == ("value", text)


def test_evidence_is_kept_and_marked_with_the_call(context: Context) -> None:
    given = [Evidence(kind="objects", text="1 cat"), Evidence(kind="objects", text="2 dogs")]
    evidence = run(returning(given), context).evidence
    assert [(e.text, e.call) for e in evidence] == [("1 cat", "c1"), ("2 dogs", "c1")]


def numbers() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    "value",
    [None, numbers(), sys, object(), {1: object()}, [Evidence(kind="value", text="x"), 3], b"x"],
    ids=["none", "generator", "module", "object", "dict", "mixed", "bytes"],
)
def test_nonsense_is_a_failure_that_says_what_came(context: Context, value: Any) -> None:
    error = run(returning(value), context).error
    assert error is not None
    assert error.kind == "failed"
    assert "returned" in error.message


def test_a_value_that_holds_itself_is_a_failure(context: Context) -> None:
    ring: list[Any] = []
    ring.append(ring)
    error = run(returning(ring), context).error
    assert error is not None
    assert error.kind == "failed"


def test_long_text_is_cut_with_a_note(context: Context) -> None:
    (evidence,) = run(returning("x" * (MAX_TEXT + 5)), context).evidence
    assert evidence.text.startswith("x" * MAX_TEXT)
    assert f"{MAX_TEXT} of {MAX_TEXT + 5} characters" in evidence.text
