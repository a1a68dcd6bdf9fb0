"""Answers and pictures with boxes."""

from __future__ import annotations

from looktwice.schema import Box, Citation, Detection, Evidence, Origin, Source
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.html.answers import answer_html, figure, marks_on, what_would_help

from ..kit import answer, picture


def test_boxes_of_a_crop_land_in_its_own_pixels_and_other_frames_are_left_out() -> None:
    crop = picture(origin=Origin(picture="cd" * 32, left=100, top=100, scale=0.5))
    shown = figure(crop, [(Box(x1=100, y1=100, x2=150, y2=125), "x", "")])
    assert "left:0.000%;top:0.000%;width:50.000%;height:50.000%" in shown
    page = Box(x1=0, y1=0, x2=5, y2=5, frame="page")
    assert "<i " not in figure(picture(), [(page, "x", "")])
    outside = Box(x1=300, y1=0, x2=400, y2=5)
    assert "<i " not in figure(picture(), [(outside, "x", "")])


def test_a_source_says_how_it_is_known() -> None:
    seen = Citation(
        evidence="E1", source=Source(name="a.jpg"), known="seen", start=0, end=len(answer().text)
    )
    shown = answer_html(Exchange(question="?", answer=answer(citations=(seen,))), 0)
    assert "<small>seen in a&#46;jpg</small>" in shown
    assert "<q>It is 8&#46;20&#46;</q>" in shown


def test_a_picture_that_was_found_is_shown_small() -> None:
    source = Source(document="a b.jpg", page=1, name="a b.jpg")
    found = Evidence(id="E1", kind="image", text="", source=source)
    cited = Citation(evidence="E1", source=source, start=0, end=5)
    shown = answer_html(
        Exchange(question="?", answer=answer(evidence=[found], citations=[cited])), 0
    )
    assert 'class="lt-cut" src="/see/thumb?document=a+b.jpg&amp;page=1' in shown


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


def test_a_declined_answer_leads_to_the_pages_that_came_nearest() -> None:
    found = [
        Evidence(kind="passage", text="words", source=Source(document="a b.pdf", page=page))
        for page in (3, 3, 5, 7, 9)
    ]
    declined = answer(status="declined", confidence=0, stop_reason="unsupported", evidence=found)
    shown = answer_html(Exchange(question="?", answer=declined), 0)
    assert shown.count('class="lt-page"') == 3
    assert 'href="/see/page?document=a+b.pdf&amp;page=3&amp;words="' in shown
    assert "lt-near" not in answer_html(Exchange(question="?", answer=answer(evidence=found)), 0)


def test_what_was_found_is_named_at_its_box_and_counted_below_the_picture() -> None:
    boxes = [Box(x1=n, y1=10, x2=n + 9, y2=20) for n in (50, 70, 90)]
    labels = ("person", "person", "bus")
    seen = [Detection(label=of, score=0.9, box=box) for of, box in zip(labels, boxes, strict=True)]
    source = Source(picture=picture().sha256)
    counted = Evidence(kind="objects", text="2 persons", source=source, detections=seen)
    cited = Citation(evidence="E1", source=source, boxes=tuple(boxes[:2]), known="counted")
    of = answer(evidence=[counted], citations=[cited], pictures=[picture()])
    labels_at = [label for _, _, label in marks_on(of, picture(), 0)]
    assert labels_at == ["1 person", "person", "bus"]
    assert "2 × person, 1 × bus" in answer_html(Exchange(question="?", answer=of), 0)


def test_the_label_of_a_box_stands_where_there_is_room() -> None:
    wide = picture().width
    places = {"lt-left": (0.5, 1.0), "lt-right": (0.0, 0.5), "lt-above": (0.0, 1.0)}
    for side, (left, right) in places.items():
        box = Box(x1=left * wide, y1=10, x2=right * wide, y2=20)
        assert f'<b class="{side}">1</b>' in figure(picture(), [(box, "x", "1")])
