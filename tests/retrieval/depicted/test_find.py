"""Pictures are found by what a detector saw in them; what is not there is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from looktwice.retrieval.depicted.kinds import KindNames
from looktwice.retrieval.index import Index
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Box, Detection, Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from ...agent import kit as agent_kit
from ..kit import HashedWords, open_index

COLOURS = {"rex.png": "red", "tom.png": "blue", "both.png": "green", "poster.png": "white"}
SEEN = {"red": ["dog"], "blue": ["cat"], "green": ["dog", "cat"], "white": []}
WHERE = Box(x1=2, y1=3, x2=20, y2=30)


def colour_of(image: Image.Image) -> str:
    first = image.convert("RGB").getpixel((0, 0))
    return next(c for c in SEEN if Image.new("RGB", (1, 1), c).getpixel((0, 0)) == first)


def detect(image: Image.Image, picture: Picture) -> list[Detection]:
    return [Detection(label=label, score=0.8, box=WHERE) for label in SEEN[colour_of(image)]]


def read(image: Image.Image, picture: Picture) -> list[TextLine]:
    if colour_of(image) != "white":
        return []
    box = picture.box(1, 1, 40, 9)
    return [TextLine(text="beware of the unicorn", score=0.9, box=box)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("depicted")
    (folder / "album").mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (60, 40), colour).save(folder / "album" / name)
    settings = Settings.load(home=folder / "home", pack="starter", offline=True)
    eyes = ScanReader(read=read, objects=detect, kinds=lambda: ["dog", "cat", "zebra"])
    with open_index(folder / "ix", settings, write=True, scan_reader=eyes) as opened:
        opened.add([folder / "album"])
        yield opened


@pytest.mark.parametrize(
    ("query", "names", "way"),
    [
        ("find pictures of dogs", {"both.png", "rex.png"}, "label"),
        ("which pictures show a dog and a cat?", {"both.png"}, "label"),
        ("pictures of unicorns", {"poster.png"}, "written"),
    ],
)
def test_what_is_shown_is_found_and_else_what_is_written(
    index: Index, query: str, names: set[str], way: str
) -> None:
    found = index.search(query)
    assert {Path(hit.document).name for hit in found} == names
    assert {hit.found_by for hit in found} == {(way,)}
    assert all(hit.boxes for hit in found)
    if way == "label":
        assert found[0].boxes[0] == WHERE


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("find pictures of zebras", "no picture shows “zebras”: looked for among the 3 kinds"),
        (
            "find pictures of lighthouses",
            "is none of the 3 kinds of things that the detector knows",
        ),
    ],
)
def test_nothing_is_found_where_nothing_is_and_why(index: Index, query: str, why: str) -> None:
    assert index.search(query) == []
    told = index.pictures(query)
    assert told is not None
    assert why in told.why
    assert "words written in 4 pictures" in told.why


def test_other_queries_are_searched_as_ever(index: Index) -> None:
    assert index.pictures("How many dogs are in the picture?") is None
    assert index.pictures("What was the revenue in 2022?") is None
    assert index.search("beware unicorn")[0].document.endswith("poster.png")


def test_a_question_is_answered_with_the_pictures_and_declined_with_the_reason(
    index: Index, tmp_path: Path
) -> None:
    with agent_kit.make_assistant(tmp_path, agent_kit.Script(), index=index) as assistant:
        answer = assistant.ask("Find pictures of dogs.")
        declined = assistant.ask("Find pictures of zebras.")
    assert answer.status == "answered"
    assert answer.text.startswith("“dogs”: 2 pictures: ")
    assert {Path(c.source.document or "").name for c in answer.citations} == {"both.png", "rex.png"}
    assert all(c.boxes == (WHERE,) for c in answer.citations)
    assert declined.status == "declined"
    assert "no picture shows “zebras”" in declined.text


def test_names_are_found_by_meaning_but_none_for_what_is_unknown() -> None:
    class Meanings(HashedWords):
        """Puppies lie near dogs, all else apart."""

        def embed(self, texts: object) -> np.ndarray:
            rows = np.eye(64, dtype=np.float32)
            axis = {f"a photo of {name}": at for at, name in enumerate(names)}
            near_dog = (0.95 * rows[0] + 0.312 * rows[50]).astype(np.float32)
            known = {**{text: rows[at] for text, at in axis.items()}, "a photo of puppy": near_dog}
            return np.array([known.get(text, rows[60]) for text in texts])  # type: ignore[attr-defined]

    names = ["dog", *(f"thing{n}" for n in range(30))]
    kinds = KindNames(names, Meanings())
    assert kinds.fitting("dogs") == ("dog",)
    assert kinds.fitting("puppy") == ("dog",)
    assert kinds.fitting("lighthouse") == ()
