"""Formulas reach KaTeX as they were written; amounts of money stay words."""

from __future__ import annotations

import pytest
from looktwice.ui.web.html.escaping import mark, prose
from looktwice.ui.web.html.mathematics import SIGNS, as_code

from ....patterns_kit import within

LEFT, RIGHT, ALONE, END = tuple(SIGNS)


@pytest.mark.parametrize("written", ["$a_1 < b^*$", "\\(a_1 < b^*\\)"])
def test_a_formula_in_a_line(written: str) -> None:
    assert prose(f"so {written}.") == f"<p>so {LEFT}a_1 &lt; b^*{RIGHT}.</p>"


@pytest.mark.parametrize("written", ["$$x=1$$", "\\[x=1\\]", "$$\nx=1\n$$", "\\[\nx=1\n\\]"])
def test_a_formula_by_itself(written: str) -> None:
    assert f"{ALONE}x=1{END}" in prose(f"so\n\n{written}\n\nand")


@pytest.mark.parametrize(
    "words", ["$5 and $6", "US$ 7 to $8.20", "$5-$6", "$5 or A$", "`$x$`", "a $ b $ c", "\\( \\)"]
)
def test_what_is_no_formula(words: str) -> None:
    assert not set(prose(words)) & set(SIGNS)


def test_signs_cannot_be_forged_and_citations_stand_behind() -> None:
    assert not set(prose(SIGNS)) & set(SIGNS)
    made = prose(mark("is $x+1$", {6: [1]}), {1: "<a>1</a>"})
    assert made == f"<p>is {LEFT}x+1{RIGHT}<a>1</a></p>"
    assert prose("$x<1$", draw=as_code) == "<p><code>x&lt;1</code></p>"


@pytest.mark.parametrize("sign", ["\\(", "\\[", "$ ", "$$ ", "$x "])
def test_openings_without_end_take_no_square(sign: str) -> None:
    with within(1.5):
        prose(sign * 20_000)
