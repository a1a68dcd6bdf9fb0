"""An answer as a notebook shows it: everything escaped, boxes in the picture's own pixels."""

from __future__ import annotations

from pathlib import Path

from looktwice.agent.presentation import answer_html
from looktwice.schema import Answer

from . import kit


def asked(home: Path) -> tuple[Answer, str]:
    with kit.make_assistant(home) as assistant:
        answer = assistant.ask(kit.TOTAL, [kit.picture(7)])
        return answer, answer_html(answer, assistant.store)


def test_a_notebook_shows_the_verdict_the_picture_and_the_place(tmp_path: Path) -> None:
    answer, html = asked(tmp_path)
    assert "Checked" in html or "Probably" in html
    assert "data:image/png;base64," in html
    box = answer.citations[0].boxes[0]
    assert f'x="{box.x1:.1f}" y="{box.y1:.1f}"' in html
    assert "“Total 8.20” · read" in html
    evil = answer.model_copy(update={"text": "<script>", "pictures": ()})
    assert "<script>" not in evil._repr_html_()
    assert repr(answer).startswith("Answer('8.20', answered, confidence 0.")
    assert Answer.model_validate(answer.to_dict()) == answer


def test_a_figure_has_a_rectangle_for_each_box(tmp_path: Path) -> None:
    with kit.make_assistant(tmp_path) as assistant:
        answer = assistant.ask(kit.TOTAL, [kit.picture(7)])
        (axes,) = answer.plot(assistant.store).axes
    (box,) = answer.citations[0].boxes
    assert [patch.get_bbox().bounds[:2] for patch in axes.patches] == [(box.x1, box.y1)]
