"""Text from outside stays text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.ui.web.html.escaping import mark, plain, prose

from ....patterns_kit import within
from ..kit import Tags


@given(st.text())
def test_plain_text_means_nothing_and_is_the_same_when_read(text: str) -> None:
    made = plain(text)
    assert re.fullmatch(r"(?:[^\W_]| |&#\d+;)*", made)
    kept = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", kept)
    assert (
        html.unescape(made).replace("�", "") == html.unescape(kept).replace("�", "") or "&" in kept
    )


@given(st.text(alphabet=st.sampled_from("ab <>&\"'`*_[]()!#|-\n\\/:.=\ue0001") | st.characters()))
def test_an_answer_is_never_more_than_harmless_tags(text: str) -> None:
    made = prose(mark(text, {}), {})
    assert "\n" not in made
    harmless = {
        "p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "table",
        "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6",
    }  # fmt: skip
    for tag, attributes in Tags(made).found:
        assert tag in harmless
        assert set(attributes) <= {"start", "class", "style"}


def test_markdown_of_a_model_is_shown_without_links_and_pictures() -> None:
    made = prose("**8.20** [l](http://evil.example) ![p](http://evil.example/x.png) <b>x</b>")
    assert {tag for tag, _ in Tags(made).found} == {"p", "strong"}
    assert "](" not in made


def test_marks_of_citations_cannot_be_forged() -> None:
    made = prose(mark("8.20 \ue0001\ue001", {4: [1]}), {1: "<a>1</a>"})
    assert made.count("<a>") == 1


@pytest.mark.parametrize("sign", ["\\", "_", "*", "~", "`"])
def test_marks_without_end_take_no_square(sign: str) -> None:
    with within(0.5):
        assert len(prose(f"before {sign * 200_000} after")) < 2_000


def test_a_citation_stands_in_the_last_cell_of_a_row_not_behind_it() -> None:
    text = "| Grade | Points |\n|---|---|\n| A+ | 5.0 |\n| B | 3.5 |"
    marks = {text.index("5.0") + 5: [1], len(text): [2]}
    html = prose(mark(text, marks), {1: "<a>1</a>", 2: "<a>2</a>"})
    assert html.count("<tr>") == 3
    assert "5.0 <a>1</a></td>" in html
    assert "3.5 <a>2</a></td>" in html
    assert mark("a | b |", {7: [1]}).endswith("\ue0001\ue001")  # no row
