"""What the reading tool tells of what is written."""

from __future__ import annotations

import pytest
from looktwice.errors import ToolError
from looktwice.tools import Context
from looktwice.tools.ocr.reader import _from_paddle

from ..engines_kit import experts, run, texts


def test_text_is_told_row_by_row_or_that_there_is_none(street: Context) -> None:
    (evidence,) = run(experts("Total 9.80"), street, "read_text").evidence
    assert evidence.text == "picture 1: text read:\nTotal 9.80"
    assert evidence.kind == "text"
    assert evidence.lines[0].row == 0
    assert evidence.score == pytest.approx(0.8)
    assert texts(run(experts(), street, "read_text")) == ["picture 1: no text found"]


def test_a_readers_result_is_checked() -> None:
    good = {"rec_texts": [" a  b "], "rec_scores": [1.0], "rec_polys": [[(0, 0), (9, 0), (9, 5)]]}
    assert list(_from_paddle(good)) == [("a b", 1.0, [(0, 0), (9, 0), (9, 5)])]
    with pytest.raises(ToolError, match="1 texts, 0 scores"):
        list(_from_paddle({**good, "rec_scores": []}))
    with pytest.raises(ToolError, match="2 corners"):
        list(_from_paddle({**good, "rec_polys": [[(0, 0), (9, 0)]]}))
