"""What holds for every tool, and the experts' tools on engines made for the test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.errors import ToolError, UsageError, WeightsError
from looktwice.media.store import Store
from looktwice.schema import Detection, Evidence, Picture, TextLine, ToolCall, ToolResult
from looktwice.settings import Settings
from looktwice.tools import Context, Experts, Tool, default_tools, describe, run_tool, tool
from looktwice.tools.detection.detector import Detector, _from_ultralytics
from looktwice.tools.looking.look import Looker, look_tool
from looktwice.tools.ocr.reader import Reader, _from_paddle
from PIL import Image

Corners = tuple[float, float, float, float]


class FixedDetector(Detector):
    """Knows some names and finds the same things, as shares of the picture it is shown."""

    def __init__(self, found: dict[str, list[Corners]], labels: Sequence[str] = ()) -> None:
        super().__init__(lambda: Path("none"), 0.3)
        self.found = found
        self.names = tuple(labels) or tuple(found)
        self.shown: list[Picture] = []

    @property
    def labels(self) -> tuple[str, ...]:
        return self.names

    @property
    def open_vocabulary(self) -> bool:
        return False

    def detect(
        self, image: Image.Image, picture: Picture, names: Sequence[str] = ()
    ) -> list[Detection]:
        assert image.size == (picture.width, picture.height)
        self.shown.append(picture)
        if picture.origin is not None:
            return []
        return [
            Detection(label=label, score=0.9 - 0.1 * place, box=picture.box(*box))
            for label, boxes in self.found.items()
            for place, box in enumerate(boxes)
        ]


class FixedReader(Reader):
    """Reads the same line wherever it looks, in the middle of what it is shown."""

    def __init__(self, text: str = "") -> None:
        super().__init__(lambda: SimpleNamespace(), 0.5)  # type: ignore[arg-type, return-value]
        self.text = text

    def read(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        w, h = picture.width, picture.height
        box = picture.box(0.4 * w, 0.4 * h, 0.6 * w, 0.6 * h)
        return [TextLine(text=self.text, score=0.8, box=box)] if self.text else []


STREET = {"person": [(0, 0, 50, 100), (350, 0, 400, 100)], "bus": [(100, 100, 300, 200)]}
NAMES = ["person", "bus", "car", "zebra"]


def experts(text: str = "", found: dict[str, list[Corners]] | None = None) -> Experts:
    detector = FixedDetector(STREET if found is None else found, NAMES)
    return Experts(detector, FixedReader(text), None)


@pytest.fixture
def context(store: Store) -> Context:
    image = Image.new("RGB", (400, 300), "grey")
    image.paste((20, 60, 220), (100, 100, 300, 200))
    return Context((store.add(image, name="street.png"),), store, Control())


def run(engines: Experts, context: Context, name: str, **arguments: Any) -> ToolResult:
    tools = {item.name: item for item in default_tools(Settings(), context.store, (), engines)}
    return run_tool(tools[name], ToolCall(id="c", tool=name, arguments=arguments), context, 60)


def texts(result: ToolResult) -> list[str]:
    assert result.error is None, result.error
    return [item.text for item in result.evidence]


def test_every_tool_keeps_the_contract(store: Store) -> None:
    tools = default_tools(Settings(), store)
    assert [item.name for item in tools] == [
        "detect_objects",
        "read_text",
        "look_closer",
        "calculate",
    ]
    for item in tools:
        assert isinstance(item, Tool)
        assert item.examples
        assert 20 < len(item.description) < 120
        assert item.cache
        properties = item.parameters["properties"]
        assert all(part["description"] for part in properties.values())
        assert item.needs_picture == ("picture" in properties)
        assert "context" not in properties
        assert item.name in describe(tools)


def test_two_tools_of_one_name_are_refused(store: Store) -> None:
    @tool
    def calculate(expression: str) -> str:
        """Mine.

        Args:
            expression: Anything.
        """
        return expression

    with pytest.raises(UsageError, match="calculate"):
        default_tools(Settings(), store, [calculate])


def test_listing_the_tools_loads_no_engine() -> None:
    program = """
import sys
from pathlib import Path
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.tools import default_tools
default_tools(Settings(), Store(Path("unused")))
heavy = {"torch", "ultralytics", "paddleocr", "onnxruntime", "cv2", "simpleeval"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_missing_weights_are_an_observation(context: Context) -> None:
    def missing() -> Path:
        raise WeightsError("no detector here; run `looktwice models pull`")

    engines = Experts(Detector(missing, 0.3), FixedReader(), None)
    error = run(engines, context, "detect_objects").error
    assert error is not None
    assert error.kind == "unavailable"
    assert "models pull" in error.message


def test_each_label_gets_its_own_evidence(context: Context) -> None:
    result = run(experts(), context, "detect_objects", labels=["people", "zebra"])
    people, zebra = result.evidence
    assert people.text == (
        "picture 1: 2 person (counted by the object detector): top left, top right"
    )
    assert len(people.boxes) == len(people.detections) == 2
    assert people.score == pytest.approx(0.85)
    assert zebra.text.startswith("picture 1: 0 zebra")
    assert zebra.boxes == ()
    assert zebra.source.picture == context.pictures[0].sha256


def test_umbrella_words_count_together_and_name_their_parts(context: Context) -> None:
    (evidence,) = run(experts(), context, "detect_objects", labels=["vehicles"]).evidence
    assert evidence.text.startswith("picture 1: 1 vehicles")
    assert "middle bus" in evidence.text


def test_asked_nothing_it_tells_everything(context: Context) -> None:
    told = texts(run(experts(), context, "detect_objects"))
    assert [text.split(" (")[0] for text in told] == ["picture 1: 2 person", "picture 1: 1 bus"]
    (nothing,) = texts(run(experts(found={}), context, "detect_objects"))
    assert "no objects found" in nothing


@pytest.mark.parametrize("word", ["objects", "things", "Items"])
def test_a_word_for_anything_asks_for_everything(context: Context, word: str) -> None:
    told = texts(run(experts(), context, "detect_objects", labels=[word]))
    assert told == texts(run(experts(), context, "detect_objects"))


def test_unknown_things_are_not_counted(context: Context) -> None:
    error = run(experts(), context, "detect_objects", labels=["man's left shoe"]).error
    assert error is not None
    assert error.kind == "not_found"
    assert "4 kinds" in error.message
    assert "shoe" in error.message
    (bus,) = texts(run(experts(), context, "detect_objects", labels=["bus", "shoe"]))
    assert bus.startswith("picture 1: 1 bus")
    assert bus.endswith("does not know it: shoe")


def test_text_is_told_row_by_row_or_that_there_is_none(context: Context) -> None:
    (evidence,) = run(experts("Total 9.80"), context, "read_text").evidence
    assert evidence.text == "picture 1: text read:\nTotal 9.80"
    assert evidence.kind == "text"
    assert evidence.lines[0].row == 0
    assert evidence.score == pytest.approx(0.8)
    assert texts(run(experts(), context, "read_text")) == ["picture 1: no text found"]


def test_looking_closer_measures_the_thing_itself(context: Context) -> None:
    (evidence,) = run(experts("EMT"), context, "look_closer", target="the blue bus").evidence
    assert evidence.kind == "region"
    assert evidence.text.startswith(
        "picture 1: bus in the middle (17% of the picture): main colours blue"
    )
    assert evidence.text.endswith("text there: EMT")
    assert evidence.boxes[0].xyxy == pytest.approx((100, 100, 300, 200))
    # What was read in the enlarged cut lies where it is in the original.
    assert evidence.lines[0].box.center == pytest.approx((200, 150), abs=1)


def test_the_whole_picture_has_no_place(context: Context) -> None:
    (evidence,) = run(experts(), context, "look_closer").evidence
    assert evidence.text.startswith("picture 1: whole picture: main colours ")


def test_words_of_place_choose_between_alike_things(context: Context) -> None:
    (right,) = run(experts(), context, "look_closer", target="the person on the right").evidence
    assert right.boxes[0].x1 == pytest.approx(350)
    assert len(run(experts(), context, "look_closer", target="person").evidence) == 2


def test_small_regions_are_enlarged_before_they_are_read(context: Context) -> None:
    engines = experts()
    assert run(engines, context, "look_closer", box=[10, 10, 40, 40]).error is None
    assert isinstance(engines.detector, FixedDetector)
    shown = engines.detector.shown[-1]
    assert min(shown.width, shown.height) >= 384
    assert shown.original == context.pictures[0].sha256


def test_a_target_that_is_written_there_is_found_by_its_words(context: Context) -> None:
    (evidence,) = run(experts("Exit 12"), context, "look_closer", target="exit").evidence
    assert "text 'Exit 12'" in evidence.text
    error = run(experts("Exit 12"), context, "look_closer", target="shoe").error
    assert error is not None
    assert error.kind == "not_found"
    assert "does not know it" in error.message
    none = run(experts(), context, "look_closer", target="zebra").error
    assert none is not None
    assert "found no zebra" in none.message


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ([1, 2, 3], "4 numbers"),
        ([5, 5, 5, 9], "x1 < x2"),
        ([500, 500, 600, 600], "holds nothing"),
    ],
)
def test_boxes_that_cannot_be_cut_out_are_told(
    context: Context, box: list[float], words: str
) -> None:
    error = run(experts(), context, "look_closer", box=box).error
    assert error is not None
    assert error.kind == "bad_arguments"
    assert words in error.message


def test_boxes_of_a_crop_are_in_the_original(store: Store) -> None:
    original = store.add(Image.new("RGB", (400, 300), "white"))
    crop = store.crop(original, original.box(200, 100, 300, 200), min_side=400)
    looker = Looker(FixedDetector(STREET, NAMES), FixedReader("x"), None, store)
    evidence = look_tool(looker)(crop)
    assert evidence[0].boxes[0].xyxy == pytest.approx((200, 100, 300, 200))
    assert evidence[0].source.picture == original.sha256


class Rows:
    """Stands for a tensor."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def cpu(self) -> Rows:
        return self

    def tolist(self) -> list[list[float]]:
        return self.rows


def foreign(*rows: list[float]) -> SimpleNamespace:
    return SimpleNamespace(boxes=SimpleNamespace(data=Rows(list(rows))), names={0: "cat"})


def test_a_detectors_boxes_are_clipped_and_checked() -> None:
    nan = float("nan")
    kept = _from_ultralytics(
        foreign([-5, 2, 20, 8, 0.9, 0], [3, 3, 3, 8, 0.9, 0], [nan, 0, 5, 5, 0.9, 0]),
        (100, 0),
        (10, 10),
    )
    assert [item.xyxy for item in kept] == [(100, 2, 110, 8)]
    with pytest.raises(ToolError, match="class 7"):
        _from_ultralytics(foreign([1, 1, 2, 2, 0.9, 7]), (0, 0), (10, 10))
    with pytest.raises(ToolError, match="3 numbers"):
        _from_ultralytics(foreign([1, 1, 2]), (0, 0), (10, 10))
    assert _from_ultralytics(SimpleNamespace(boxes=None, names={}), (0, 0), (1, 1)) == []


def test_a_readers_result_is_checked() -> None:
    good = {"rec_texts": [" a  b "], "rec_scores": [1.0], "rec_polys": [[(0, 0), (9, 0), (9, 5)]]}
    assert list(_from_paddle(good)) == [("a b", 1.0, [(0, 0), (9, 0), (9, 5)])]
    with pytest.raises(ToolError, match="1 texts, 0 scores"):
        list(_from_paddle({**good, "rec_scores": []}))
    with pytest.raises(ToolError, match="2 corners"):
        list(_from_paddle({**good, "rec_polys": [[(0, 0), (9, 0)]]}))


def test_evidence_of_every_expert_round_trips(context: Context) -> None:
    for name in ("detect_objects", "read_text", "look_closer"):
        for item in run(experts("words"), context, name).evidence:
            assert Evidence.model_validate_json(item.model_dump_json()) == item
