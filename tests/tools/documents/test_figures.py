"""Where a figure lies is told by its caption and the text around it."""

from __future__ import annotations

from looktwice.retrieval.outline import outline_of
from looktwice.tools.documents.figures import figure_box

from .figure_kit import CAPTION, TEXT, page


def test_it_reaches_from_the_text_above_to_its_caption_labels_included() -> None:
    made = page((80, TEXT), (150, "North"), (200, "4 5 6"), (300, CAPTION), (330, TEXT))
    (caption,) = outline_of([made]).captions
    box = figure_box(made, caption)
    assert box is not None
    assert (box.y1, box.y2) == (90, 310)
    assert box.x1 == 60
    assert box.x2 >= 60 + 6 * len(TEXT) - 1


def test_a_caption_over_its_figure_and_one_without_room_for_any() -> None:
    below = page((80, TEXT), (100, CAPTION), (180, "North"), (400, TEXT))
    box = figure_box(below, outline_of([below]).captions[0])
    assert box is not None
    assert (box.y1, box.y2) == (100, 400)
    tight = page((80, TEXT), (95, CAPTION), (110, TEXT))
    assert figure_box(tight, outline_of([tight]).captions[0]) is None
