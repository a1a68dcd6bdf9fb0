"""The closer look with a scripted model: what it proposes, what it costs, what it hands back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.closer_look.zoom import Closer, closer_look, effort_for
from looktwice.errors import Cancelled, ModelError, ToolError
from looktwice.media.store import Store
from looktwice.prompts import render
from looktwice.schema import Box, Detection, Evidence, Picture, TextLine
from looktwice.tools.looking.guided_search import Effort
from looktwice.tools.looking.look import Looker
from looktwice.tools.looking.regions import HeatMap
from looktwice.tools.places import whole
from PIL import Image

QUESTION = "What is written on the bus?"
THING = Box(x1=700, y1=120, x2=760, y2=180)
EFFORT = Effort(looks=24, keep=2, pixels=150 * 150)


@pytest.fixture
def picture(store: Store) -> Picture:
    return store.add(Image.effect_noise((900, 900), 60), "street.jpg")


class Eye(ScriptedModel):
    """Sees the thing in any part that holds it whole."""

    def __init__(self, thing: Box = THING) -> None:
        def see(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
            assert messages[-1].text == render("part_shows", question=QUESTION)
            (part,) = messages[-1].pictures
            yes = 0.9 if whole(part).intersection(thing) >= 0.999 * thing.area else 0.1
            return {"yes": yes, "no": 1 - yes}

        super().__init__((), choices=see, sees_images=True)

    @property
    def looks(self) -> int:
        return len(self.calls)


class AttentiveEye(Eye):
    """Shows where it looks, too."""

    def attention(self, messages: Sequence[Message], picture: Picture) -> HeatMap:
        assert messages[-1].text == QUESTION
        cells = np.full((9, 9), 0.001)
        cells[1, 7] = 1.0
        return HeatMap(whole(picture), cells / cells.sum())


class Unwatched(Eye):
    """Of an architecture that does not show its attention."""

    def attention(self, messages: Sequence[Message], picture: Picture) -> HeatMap:
        raise ModelError("does not show its attention")


def look(model: Any, picture: Picture, store: Store, **how: Any) -> list[Evidence]:
    known = how.pop("known", ())
    return closer_look(QUESTION, [picture], model, Closer(store, effort=EFFORT, **how), known)


def test_the_split_finds_it_and_opens_it_at_full_resolution(store: Store, picture: Picture) -> None:
    model = Eye()
    evidence = look(model, picture, store)

    best = evidence[0]
    assert best.kind == "region"
    assert best.picture is not None
    assert best.boxes == (whole(best.picture),)
    assert best.boxes[0].intersection(THING) >= 0.999 * THING.area
    assert best.boxes[0].area < whole(picture).area / 4
    assert best.picture.original == best.source.picture == picture.sha256
    assert best.picture.width * best.picture.height <= EFFORT.pixels
    assert best.score == pytest.approx(0.9)
    assert best.text.startswith("picture 1: a closer look at the top right (")
    assert model.looks <= EFFORT.looks


def test_looks_are_cheap(store: Store, picture: Picture) -> None:
    model = Eye()
    look(model, picture, store)
    shown = [p for call in model.calls for m in call.messages for p in m.pictures]
    assert shown
    assert all(p.width * p.height <= EFFORT.pixels for p in shown)


def test_attention_is_asked_first_and_saves_looks(store: Store, picture: Picture) -> None:
    attentive, plain = AttentiveEye(), Eye()
    found = closer_look(
        QUESTION, [picture], attentive, Closer(store, effort=Effort(looks=6, pixels=EFFORT.pixels))
    )
    assert found
    assert found[0].boxes[0].intersection(THING) >= 0.999 * THING.area
    assert attentive.looks < 6  # one call was for its attention
    few = Closer(store, effort=Effort(looks=1, pixels=EFFORT.pixels))
    assert closer_look(QUESTION, [picture], plain, few) == []


def test_without_attention_the_split_is_left(store: Store, picture: Picture) -> None:
    assert look(Unwatched(), picture, store) == look(Eye(), picture, store)


def test_objects_known_already_point_the_way(store: Store, picture: Picture) -> None:
    bus = Detection(label="bus", score=0.8, box=THING.grow(0.3))
    known = Evidence(
        kind="objects",
        text="1 bus",
        detections=(bus,),
        source={"picture": picture.sha256, "name": picture.name},
    )
    model = Eye()
    one = Effort(looks=1, pixels=EFFORT.pixels)
    found = closer_look(QUESTION, [picture], model, Closer(store, effort=one), [known])
    assert len(found) == 1
    assert found[0].boxes[0].intersection(bus.box) == pytest.approx(bus.box.area)


def test_where_the_model_sees_nothing_of_it_nothing_is_opened(
    store: Store, picture: Picture
) -> None:
    assert look(Eye(Box(x1=0, y1=0, x2=1800, y2=1800)), picture, store) == []
    assert closer_look(QUESTION, [], Eye(), Closer(store)) == []


def test_stopping_is_no_failure_to_see(store: Store, picture: Picture) -> None:
    class Stopped(Eye):
        def attention(self, messages: Sequence[Message], picture: Picture) -> HeatMap:
            raise Cancelled("the run was stopped")

    with pytest.raises(Cancelled):
        look(Stopped(), picture, store)


def test_opened_parts_can_be_numbered_on_the_picture(store: Store, picture: Picture) -> None:
    *parts, overview = look(Eye(), picture, store, marks=True)
    assert overview.text == f"picture 1 with its {len(parts)} opened parts numbered"
    assert overview.picture is not None
    assert overview.picture.original == picture.sha256
    assert overview.picture.sha256 != picture.sha256
    assert [b.frame for b in overview.boxes] == ["picture"] * len(parts)


def test_the_second_pictures_parts_are_told_by_its_number(store: Store, picture: Picture) -> None:
    blank = store.add(Image.new("RGB", (100, 100)), "blank.png")
    found = closer_look(QUESTION, [blank, picture], Eye(), Closer(store, effort=EFFORT))
    assert found[0].text.startswith("picture 2: ")
    assert found[0].source.name == "street.jpg"


def test_effort_follows_the_models_eyes() -> None:
    class Small:
        picture_pixels = 4096

    assert effort_for(Small()).pixels == 4096
    assert effort_for(object(), looks=3).looks == 3
    assert effort_for(object()).pixels == Effort().pixels


# -- a model that reads only ------------------------------------------------------------------------


class FakeDetector:
    labels = ("bus",)
    open_vocabulary = False

    def detect(self, image: Any, picture: Picture, names: Sequence[str] = ()) -> list[Detection]:
        return []


class FakeReader:
    """Reads small print only where it is enlarged."""

    def __init__(self, word: str, box: Box) -> None:
        self.word, self.box = word, box
        self.read_boxes: list[Box] = []

    def read(self, image: Any, picture: Picture) -> list[TextLine]:
        area = whole(picture)
        self.read_boxes.append(area)
        if area.width > 600 or area.intersection(self.box) < 0.999 * self.box.area:
            return []
        return [TextLine(text=self.word, score=0.9, box=self.box)]


def reading_only(reader: Any, store: Store) -> Closer:
    return Closer(store, looker=Looker(FakeDetector(), reader, None, store), effort=EFFORT)  # type: ignore[arg-type]


def test_a_model_that_reads_only_gets_what_is_read_enlarged(store: Store, picture: Picture) -> None:
    model, reader = ScriptedModel(()), FakeReader("LINE 42", THING)
    found = closer_look(QUESTION, [picture], model, reading_only(reader, store))
    assert len(found) == 1
    assert found[0].text.startswith("picture 1: ")
    assert "LINE 42" in found[0].text
    assert found[0].picture is None
    assert found[0].lines[0].box == THING
    assert model.calls == []
    assert len(reader.read_boxes) == 4


def test_what_was_read_before_is_not_told_again(store: Store, picture: Picture) -> None:
    line = TextLine(text="line 42", score=0.9, box=THING)
    source = {"picture": picture.sha256, "name": picture.name}
    known = [Evidence(kind="text", text="line 42", lines=(line,), source=source)]
    reader = FakeReader("LINE 42", THING)
    assert (
        closer_look(QUESTION, [picture], ScriptedModel(()), reading_only(reader, store), known)
        == []
    )


def test_a_line_that_shares_words_is_read_again_where_it_stands(
    store: Store, picture: Picture
) -> None:
    line = TextLine(text="bus stop", score=0.6, box=THING)
    source = {"picture": picture.sha256, "name": picture.name}
    known = [Evidence(kind="text", text="bus stop", lines=(line,), source=source)]
    reader = FakeReader("Bus stop 7", THING)
    found = closer_look(QUESTION, [picture], ScriptedModel(()), reading_only(reader, store), known)
    assert len(reader.read_boxes) == 1
    assert "Bus stop 7" in found[0].text


def test_without_experts_or_with_broken_ones_there_is_nothing(
    store: Store, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel(())
    assert closer_look(QUESTION, [picture], model, Closer(store)) == []

    def broken(*_: Any) -> Evidence:
        raise ToolError("the reader failed")

    closer = reading_only(FakeReader("x", THING), store)
    monkeypatch.setattr(Looker, "look", broken)
    assert closer_look(QUESTION, [picture], model, closer) == []
