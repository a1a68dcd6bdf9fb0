"""A question of the page: which pictures are shown, and which the assistant gets."""

from __future__ import annotations

from pathlib import Path

from looktwice.schema import Box
from looktwice.ui.web.question import PICTURE_QUESTION, build_question
from looktwice.ui.web.session import PageSession

from ...agent.kit import make_assistant, picture
from .kit import exchange


def test_a_region_is_sent_as_a_crop_beside_whatever_else_was_attached(home: Path) -> None:
    with make_assistant(home) as assistant:
        store = assistant.store
        whole, other = store.add(picture(40, side=200)), store.add(picture(80, side=200))
        region = Box(x1=0, y1=20, x2=100, y2=80)
        session = PageSession(region=region, region_picture=whole)
        made = build_question(store, session, "", [other, whole], [], None)
        assert made.text == PICTURE_QUESTION
        assert made.pictures == (whole, other)
        assert made.region == region
        assert made.sent_pictures[0].original == whole.sha256
        assert made.sent_pictures[0] != whole
        assert made.sent_pictures[1:] == (other,)

        # The next question is about the whole picture again: the part was meant once.
        before = exchange("one", pictures=(whole,), region=region, sent_pictures=made.sent_pictures)
        again = build_question(store, PageSession(), "And now?", [], [before], None)
        assert again.text == "And now?"
        assert (again.pictures, again.sent_pictures, again.region) == ((whole,), (whole,), None)
        assert again.history[0].pictures == made.sent_pictures


def test_without_a_region_what_was_attached_is_sent(home: Path) -> None:
    with make_assistant(home) as assistant:
        attached = assistant.store.add(picture(40))
        made = build_question(assistant.store, PageSession(), "What?", [attached], [], None)
        assert made.pictures == made.sent_pictures == (attached,)
        assert made.history == ()
