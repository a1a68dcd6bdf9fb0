"""Pages and pictures beside the conversation."""

from __future__ import annotations

from looktwice.retrieval.outline import DocumentOutline, Section
from looktwice.schema import Box, Origin, Passage, Picture
from looktwice.ui.web.html.panes import (
    Leaf,
    contents,
    found_pages,
    page_pane,
    picture_pane,
    text_pane,
)

from ..kit import SHA


def test_what_has_no_look_shows_its_words_with_the_quoted_ones_marked() -> None:
    shown = text_pane("a.docx, page 1", "One\nTotal <b> 8.20", "Total <b>")
    assert "<mark>Total &#60;b&#62;</mark>" in shown
    found = page_pane(Leaf("a.txt", 1, 1, words="b"), None, "a <b> c b", [], "c", [(3, 4), (8, 9)])
    assert "a &#60;<mark>b</mark>&#62; <mark>c</mark> <mark>b</mark>" in found
    whole = Picture(sha256=SHA, width=20, height=10, format="PNG", name="<b>")
    assert 'data-width="20"' in picture_pane("<b>", whole, [])
    assert "<b>" not in picture_pane("<b>", whole, [])


def test_a_page_can_be_turned_as_far_as_there_are_pages_and_has_its_boxes_in_place() -> None:
    origin = Origin(document="a.pdf", page=1, frame="page")
    page = Picture(sha256=SHA, width=200, height=100, format="JPEG", name="a.pdf", origin=origin)
    box = Box(x1=50, y1=25, x2=100, y2=50, frame="page")
    shown = page_pane(Leaf("a.pdf", 1, 3), page, "words", [(box, "lt-cited", "1")])
    assert "left:25.000%;top:25.000%;width:25.000%;height:25.000%" in shown
    assert '/see/leaf?document=a.pdf&amp;page=1"' in shown
    assert shown.count(" disabled") == 1  # there is none before it
    assert "words" in shown
    assert "<img" not in page_pane(Leaf("a.txt", 1, 1), None, "words", [])


def test_only_a_page_that_has_tables_offers_to_save_them() -> None:
    assert "/see/tables" not in page_pane(Leaf("a.pdf", 1, 1), None, "words", [])
    shown = page_pane(Leaf("a.pdf", 4, 9, tables=True), None, "words", [])
    assert 'href="/see/tables/xlsx?document=a.pdf&amp;page=4"' in shown


def test_a_moment_of_a_video_is_played_from_where_it_is() -> None:
    shown = page_pane(Leaf("a b.mp4", 4, 9, seconds=61.25), None, "words", [])
    assert 'src="/see/film?document=a+b.mp4#t=61.25"' in shown
    assert "<video" not in page_pane(Leaf("a.pdf", 4, 9), None, "words", [])


def test_contents_have_headings_and_all_pages() -> None:
    outline = DocumentOutline(pages=3, sections=(Section("On <costs>", 1, 2, 3),))
    shown = contents("a.pdf", 3, outline)
    assert "On &#60;costs&#62;" in shown
    assert shown.count("/see/thumb?") == 3
    assert "lt-contents" not in contents("a.pdf", 3, None)


def test_found_pages_begin_near_the_words_and_say_where_none_has_them() -> None:
    long = "Something else stands first. " * 10 + "Here the stipend is told. " + "More. " * 40
    one = Passage(document="a.pdf", page=3, text=long, score=1.0)
    html = found_pages("a.pdf", [one], "stipend")
    assert "stipend" in html
    assert "Nearest in meaning" not in html
    assert "Nearest in meaning" in found_pages("a.pdf", [one], "zebra", written=False)
