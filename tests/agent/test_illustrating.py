"""Longer answers show the figures and pictures that their paragraphs rest on."""

from __future__ import annotations

from typing import Any

from looktwice.agent.illustrating import illustrated, in_pieces
from looktwice.media.store import Store
from looktwice.schema import Answer, Citation, Illustration, Picture, Source
from PIL import Image

from ..tools.documents.figure_kit import CAPTION, TEXT, page
from . import fake_index, kit

ANSWER = "Revenue by region grew.\n\nThe staff is the same.\n"


class Library(fake_index.MemoryIndex):
    def render(self, document: str, number: int) -> Image.Image:
        return Image.new("RGB", (595, 842), "white")


def cited(text: str, **source: Any) -> Citation:
    start = ANSWER.index(text)
    return Citation(
        evidence="E1", source=Source(**source), start=start, end=start + len(text), quote=text
    )


def test_a_paragraph_gets_the_figure_whose_caption_speaks_of_the_same(store: Store) -> None:
    index = Library({"report.pdf": [page((80, TEXT), (300, CAPTION), (330, TEXT))]})
    places = [cited(t, document="report.pdf", page=1) for t in ANSWER.split("\n\n")]
    (shown,) = illustrated(ANSWER, places, (), index, store)
    assert shown.caption == CAPTION
    assert ANSWER[: shown.after].strip() == "Revenue by region grew."
    assert (shown.source.document, shown.source.page) == ("report.pdf", 1)
    assert shown.picture.height < 842  # cut out of its page
    assert store.open(shown.picture).size == (shown.picture.width, shown.picture.height)


def test_a_picture_is_shown_where_there_are_several(store: Store) -> None:
    pictures = [store.add(kit.picture(shade), f"{shade}.png") for shade in (1, 90)]
    place = cited("The staff is the same.", picture=pictures[1].sha256)
    (shown,) = illustrated(ANSWER, [place], pictures, None, store)
    assert (shown.picture, shown.caption) == (pictures[1], "90.png")
    assert illustrated(ANSWER, [place], pictures[1:], None, store) == ()


def test_an_answer_is_cut_where_its_illustrations_belong(store: Store) -> None:
    picture: Picture = store.add(kit.picture(3), "a.png")
    answer = Answer(
        question="q", text=ANSWER, status="answered", confidence=1, stop_reason="accepted",
        illustrations=(Illustration(picture=picture, caption="a", source=Source(), after=24),),
    )  # fmt: skip
    pieces = [(start, text.strip(), len(shown)) for start, text, shown in in_pieces(answer)]
    assert pieces == [(0, "Revenue by region grew.", 1), (24, "The staff is the same.", 0)]
    plain = answer.model_copy(update={"illustrations": ()})
    assert list(in_pieces(plain)) == [(0, ANSWER, [])]
