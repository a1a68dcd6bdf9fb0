"""What was compared, side by side and one over the other."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.media.store import Store
from looktwice.schema import Answer, Box, Evidence, FoundDifference, Picture, Source
from looktwice.settings import Settings
from looktwice.ui.web.compared import compared_at, compared_in
from looktwice.ui.web.comparisons import Comparisons
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.html.answers import answer_html
from PIL import Image, ImageDraw

from .kit import answer

BOX = Box(x1=10, y1=10, x2=60, y2=60)


def drawn(colour: str) -> Image.Image:
    image = Image.new("RGB", (240, 160), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 60, 60), fill=colour)
    draw.polygon([(100, 150), (150, 40), (200, 150)], fill="black")
    return image


def exchange_of(first: Picture, second: Picture, *texts: str) -> Exchange:
    told = tuple(
        FoundDifference(kind="changed", text=t, first=(BOX,), second=(BOX,)) for t in texts
    )
    sides = [
        Evidence(id=f"E{n}", kind="value", text="", source=Source(picture=p.sha256), call="C1")
        for n, p in enumerate((first, second), 1)
    ]
    evidence = [sides[0].model_copy(update={"differences": told}), sides[1]]
    made: Answer = answer(evidence=evidence, pictures=(first, second))
    return Exchange(question="?", answer=made, pictures=(first, second))


@pytest.fixture
def views(tmp_path: Path) -> Comparisons:
    nobody: Any = None
    return Comparisons(Store(tmp_path, Settings().media), nobody, nobody)


def test_every_difference_is_marked_in_both_and_told_below(views: Comparisons) -> None:
    pictures = [views.store.add(drawn(colour), f"{colour}.png") for colour in ("red", "blue")]
    exchange = exchange_of(pictures[0], pictures[1], "1. <b>red</b> became blue", "2. it moved")
    shown = views.pane("me", exchange, 3, 1, "/see/laid/x/3/1")
    for name in ("lt-x3-d0", "lt-x3-d1"):
        assert shown.count(name) == 3, "its box in both, and its line"
    assert "<b>red" not in shown
    assert 'href="#lt-see-3-d1"' in shown
    assert 'href="#lt-see-3-d0">Side by side' in answer_html(exchange, 3)
    with pytest.raises(BadInput, match="of this number"):
        views.pane("me", exchange, 3, 2, "")


def test_the_second_lies_over_the_first_where_they_show_one_scene(views: Comparisons) -> None:
    first = views.store.add(drawn("red"), "a.png")
    second = views.store.add(drawn("blue"), "b.png")
    laid = Image.open(io.BytesIO(views.laid("me", exchange_of(first, second, "1. x"), 0)))
    assert laid.size == (240, 160)
    red, _, blue = laid.convert("RGB").getpixel((30, 30))  # type: ignore[misc]
    assert blue > 200 > 60 > red
    noise = views.store.add(Image.effect_noise((240, 160), 90).convert("RGB"), "c.png")
    with pytest.raises(BadInput, match="same scene"):
        views.laid("me", exchange_of(first, noise, "1. x"), 0)


def test_differences_are_counted_through_an_answer() -> None:
    def side(call: str, *texts: str) -> Evidence:
        told = tuple(FoundDifference(kind="added", text=text) for text in texts)
        return Evidence(kind="value", text="", call=call, differences=told)

    made = answer(evidence=[side("C1", "a", "b"), side("C1"), side("C2", "c"), side("C2")])
    assert [one.first for one in compared_in(made)] == [0, 2]
    found = compared_at(made, 2)
    assert found is not None
    assert found[1].text == "c"
    assert compared_at(made, 3) is None
    assert not [*compared_in(answer(evidence=[side("C1", "a")]))]
