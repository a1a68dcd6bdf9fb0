"""Words and pictures of an answer, in their order."""

from __future__ import annotations

from looktwice.schema import Citation, Illustration, Source
from looktwice.ui.web.html.illustrated import words_html

from ..kit import answer, picture

TEXT = "First.\n\nSecond."


def test_citations_and_figures_stand_behind_what_they_belong_to() -> None:
    cited = [Citation(evidence="E1", source=Source(), start=a, end=b) for a, b in ((0, 6), (8, 15))]
    shown = Illustration(picture=picture(), caption="<A>", source=Source(name="a.png"), after=7)
    whole = answer(text=TEXT, citations=tuple(cited), illustrations=(shown,))
    made = words_html(whole, {1: "[one]", 2: "[two]"}, lambda one: "PICTURE")
    order = ["First", "[one]", "PICTURE", "&#60;A&#62; &#40;a&#46;png&#41;", "Second", "[two]"]
    places = [made.index(words) for words in order]
    assert places == sorted(places)


def test_a_picture_that_is_gone_leaves_nothing() -> None:
    shown = Illustration(picture=picture(), caption="A", source=Source(), after=7)
    made = words_html(answer(text=TEXT, illustrations=(shown,)), {}, lambda one: "")
    assert "figcaption" not in made
