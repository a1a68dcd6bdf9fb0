"""A video is asked when something appears, how many there are at a time, and what is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.media.video import encoded
from looktwice.retrieval.index import Index
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Box, Detection, Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from ...agent import kit as agent_kit
from ..kit import open_index

RATE, SECONDS = 5, 6
CUPS = ((10, 10, 40, 40), (60, 10, 90, 40))
BOARD = (10, 60, 90, 90)
SUBTITLES = "1\n00:00:04,000 --> 00:00:05,000\nMind the gap\n"


def frames() -> Iterator[Image.Image]:
    """A cup from 2.0 seconds on, another from 4.0 on; a board until 3.0."""
    for number in range(RATE * SECONDS):
        time = number / RATE
        image = Image.new("RGB", (120, 100), "#808080")
        for box, begin in zip(CUPS, (2.0, 4.0), strict=True):
            if time >= begin:
                image.paste("#ff0000", box)
        if time < 3.0:
            image.paste("#ffffff", BOARD)
        yield image


def is_red(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    red, green, _ = image.convert("RGB").getpixel(((box[0] + box[2]) // 2, (box[1] + box[3]) // 2))  # type: ignore[misc]
    return red > 180 and green < 80


def detect(image: Image.Image, picture: Picture) -> list[Detection]:
    return [
        Detection(label="cup", score=0.9, box=picture.box(*box))
        for box in CUPS
        if is_red(image, box)
    ]


def read(image: Image.Image, picture: Picture) -> list[TextLine]:
    if min(image.convert("RGB").getpixel((50, 75))) < 200:  # type: ignore[arg-type]
        return []
    return [TextLine(text="WAY OUT", score=0.9, box=picture.box(*BOARD))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watching") / "videos"
    folder.mkdir()
    whole = encoded(frames(), RATE)
    (folder / "clip.mp4").write_bytes(whole)
    (folder / "clip.srt").write_text(SUBTITLES)
    (folder / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "none.mp4").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    settings = Settings.load(home=folder.parent / "home", pack="starter", offline=True)
    eyes = ScanReader(read=read, objects=detect, kinds=lambda: ["cup", "bus"])
    with open_index(folder.parent / "ix", settings, write=True, scan_reader=eyes) as opened:
        summary = opened.add([folder])
        assert summary.added == ("clip.mp4",)
        reasons = {Path(path).name: reason for path, reason in summary.failed}
        assert "cut off" in reasons["half.mp4"]
        assert "is empty" in reasons["none.mp4"]
        yield opened


def test_it_has_a_page_for_each_moment_with_its_time_and_look(index: Index) -> None:
    times = [index.page("clip.mp4", n).seconds for n in range(1, 5)]
    assert times == [pytest.approx(t, abs=0.3) for t in (0, 2, 3, 4)]
    assert "said: Mind the gap" in index.page("clip.mp4", 4).text
    assert is_red(index.render("clip.mp4", 2), CUPS[0])
    assert not is_red(index.render("clip.mp4", 1), CUPS[0])


@pytest.mark.parametrize(
    ("question", "at"),
    [("When does the cup appear?", [2]), ("When do they say mind the gap?", [4])],
)
def test_when_something_is_shown_or_said(index: Index, question: str, at: list[float]) -> None:
    found = index.watch("clip.mp4", index.video_question(question))
    assert [span.seconds for span in found.spans] == [pytest.approx(t, abs=0.3) for t in at]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many cups are there at the end?", 2),
        ("How many cups are there at the beginning?", 0),
        ("How many cups are there at 0:03?", 1),
    ],
)
def test_how_many_there_are_at_a_time(index: Index, question: str, count: int) -> None:
    assert index.watch("clip.mp4", index.video_question(question)).number == count


@pytest.mark.parametrize(
    "question", ["When does the cup appear in Clip.mp4?", "How many cups are there in clip.mp4?"]
)
def test_the_name_of_a_video_is_nothing_that_it_shows(index: Index, question: str) -> None:
    assert index.video_question(question).things in (("cup",), ("cups",))


def test_an_answer_has_the_second_and_the_place_and_a_refusal_its_reason(
    index: Index, tmp_path: Path
) -> None:
    with agent_kit.make_assistant(tmp_path, agent_kit.Script(), index=index) as assistant:
        given = assistant.ask("What does the sign say?")
        declined = assistant.ask("When does the bus appear?")
    assert (given.text, given.status) == ("WAY OUT", "answered")
    (citation,) = given.citations
    assert (citation.source.document, citation.source.seconds) == ("clip.mp4", 0)
    assert citation.boxes[0].intersection(Box(x1=10, y1=60, x2=90, y2=90)) > 0
    assert declined.status == "declined"
    assert "looked for among the 2 kinds of things" in declined.text


def test_moments_are_found_as_pictures_are(index: Index) -> None:
    found = index.search("find pictures of cups")
    assert [hit.seconds for hit in found] == [pytest.approx(t, abs=0.3) for t in (4, 2, 3)]
