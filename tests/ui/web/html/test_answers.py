"""Answers and pictures with boxes."""

from __future__ import annotations

import pytest
from looktwice.schema import Box, Citation, Origin, Provenance, Source
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.html.answers import answer_html, figure, status_words, what_would_help

from ..kit import answer, picture


def test_boxes_of_a_crop_land_in_its_own_pixels_and_other_frames_are_left_out() -> None:
    crop = picture(origin=Origin(picture="cd" * 32, left=100, top=100, scale=0.5))
    shown = figure(crop, [(Box(x1=100, y1=100, x2=150, y2=125), "x", "")])
    assert "left:0.000%;top:0.000%;width:50.000%;height:50.000%" in shown
    page = Box(x1=0, y1=0, x2=5, y2=5, frame="page")
    assert "<i " not in figure(picture(), [(page, "x", "")])
    outside = Box(x1=300, y1=0, x2=400, y2=5)
    assert "<i " not in figure(picture(), [(outside, "x", "")])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": "declined", "confidence": 0.0, "stop_reason": "unsupported"}, "Cannot tell"),
        ({"status": "failed", "confidence": 0.0, "stop_reason": "cancelled"}, "Stopped"),
        ({"status": "partial", "confidence": 0.0, "stop_reason": "budget"}, "Partly answered"),
        ({"status": "failed", "confidence": 0.0, "stop_reason": "error"}, "No answer"),
    ],
)
def test_each_end_has_its_word(how: dict[str, object], words: str) -> None:
    assert status_words(answer(**how))[0] == words


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (["seen"], "seen by the model, 90 % sure"),
        (["seen", "read"], "checked, 90 % sure"),
        (["read"], "checked, 90 % sure"),
        ([], "checked, 90 % sure"),
    ],
)
def test_what_only_the_model_saw_is_not_called_checked(known: list[Provenance], words: str) -> None:
    citations = tuple(Citation(evidence="E1", source=Source(), known=how) for how in known)
    made = answer(status="answered", confidence=0.9, citations=citations)
    assert status_words(made)[1] == words


def test_a_source_says_how_it_is_known() -> None:
    seen = Citation(
        evidence="E1", source=Source(name="a.jpg"), known="seen", start=0, end=len(answer().text)
    )
    shown = answer_html(Exchange(question="?", answer=answer(citations=(seen,))), 0)
    assert "<span>seen in a&#46;jpg</span>" in shown
    assert "<q>It is 8&#46;20&#46;</q>" in shown


def test_a_declined_answer_says_what_would_help() -> None:
    declined: dict[str, object] = {
        "status": "declined",
        "confidence": 0,
        "stop_reason": "unsupported",
    }
    assert "draw a box" in what_would_help(answer(**declined, pictures=(picture(),)))[0]
    assert "Add the picture" in what_would_help(answer(**declined))[0]
    assert what_would_help(answer()) == []
    assert what_would_help(answer(**{**declined, "stop_reason": "cancelled"})) == []
