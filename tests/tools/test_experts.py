"""The experts on real weights: the starter pack, a well-known photograph and rendered pictures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.schema import Evidence, Picture, ToolCall
from looktwice.settings import Settings, quiet_third_parties
from looktwice.tools import Context, run_tool
from looktwice.tools.registry import Experts, default_tools
from PIL import Image, ImageDraw, ImageFont

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def experts(starter_settings: Settings) -> Experts:
    quiet_third_parties(starter_settings)
    return Experts.from_settings(starter_settings)


@pytest.fixture
def bus(store: Store) -> Picture:
    spec = find_spec("ultralytics")
    assert spec is not None
    assert spec.origin is not None
    return store.add(Path(spec.origin).parent / "assets" / "bus.jpg")


def ask(
    experts: Experts, store: Store, pictures: Sequence[Picture], name: str, **arguments: Any
) -> tuple[Evidence, ...]:
    tools = {item.name: item for item in default_tools(Settings(), store, (), experts)}
    context = Context(tuple(pictures), store, Control())
    call = ToolCall(tool=name, arguments=arguments)
    result = run_tool(tools[name], call, context, 200)
    assert result.error is None, result.error
    return result.evidence


def inside(evidence: Evidence, picture: Picture) -> bool:
    return all(
        0 <= b.x1 < b.x2 <= picture.width and 0 <= b.y1 < b.y2 <= picture.height
        for b in evidence.boxes
    )


def test_people_and_the_bus_are_counted_with_boxes(
    experts: Experts, store: Store, bus: Picture
) -> None:
    labels = ["people", "bus", "zebra"]
    people, coach, zebra = ask(experts, store, [bus], "detect_objects", labels=labels)
    assert people.text.startswith(f"picture 1: {len(people.boxes)} person")
    assert len(people.boxes) == 4
    assert inside(people, bus)
    assert len(coach.boxes) == 1
    assert coach.boxes[0].width > 600
    assert zebra.boxes == ()


def test_the_bus_is_blue_and_what_is_written_on_it_is_read(
    experts: Experts, store: Store, bus: Picture
) -> None:
    (evidence,) = ask(experts, store, [bus], "look_closer", target="bus")
    assert "main colours blue" in evidence.text
    assert "emisiones" in evidence.text
    word = next(line for line in evidence.lines if "emisiones" in line.text)
    assert word.box.center == pytest.approx((617, 596), abs=15)  # measured in the photograph


def test_small_things_in_a_large_picture_are_found_tile_by_tile(
    experts: Experts, store: Store, bus: Picture
) -> None:
    street = store.open(bus).resize((405, 540))
    wide = Image.new("RGB", (2400, 1800), "lightgrey")
    wide.paste(street, (1500, 900))
    (people,) = ask(experts, store, [store.add(wide)], "detect_objects", labels=["person"])
    assert len(people.boxes) >= 4
    assert all(b.x1 >= 1490 and b.y1 >= 890 for b in people.boxes)


def test_one_detector_serves_many_threads(experts: Experts, store: Store, bus: Picture) -> None:
    image = store.open(bus)
    alone = experts.detector.detect(image, bus)
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(lambda _: experts.detector.detect(image, bus), range(4)))
    assert several == [alone] * 4


def receipt(turn: float = 0.0) -> Image.Image:
    image = Image.new("RGB", (720, 620), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=30)
    rows = [
        ("CORNER SHOP", ""),
        ("12 Hill Street", ""),
        ("Apples", "4.50"),
        ("Bread", "3.20"),
        ("TOTAL", "7.70"),
        ("Cash", "10.00"),
        ("Change", "2.30"),
    ]
    for number, (left, right) in enumerate(rows):
        draw.text((60, 60 + 70 * number), left, "black", font)
        draw.text((520, 60 + 70 * number), right, "black", font)
    return image.rotate(turn, fillcolor="white", resample=Image.Resampling.BICUBIC)


@pytest.mark.parametrize("turn", [0.0, 3.0])
def test_a_receipt_is_read_row_by_row(experts: Experts, store: Store, turn: float) -> None:
    picture = store.add(receipt(turn))
    (evidence,) = ask(experts, store, [picture], "read_text")
    told = evidence.text.splitlines()
    assert told[0] == "picture 1: text read:"
    assert told[1] == "CORNER SHOP"
    assert "TOTAL  7.70" in told
    assert "Change  2.30" in told
    assert inside(evidence, picture)
    total = next(line for line in evidence.lines if line.text == "7.70")
    if not turn:
        assert total.box.center == pytest.approx((552, 360), abs=12)


def test_reading_brings_no_second_engine_and_no_hub(starter_settings: Settings) -> None:
    program = f"""
import sys
from pathlib import Path
from looktwice.schema import Picture
from looktwice.settings import Settings
from looktwice.tools import Experts
from PIL import Image, ImageDraw
image = Image.new("RGB", (400, 100), "white")
ImageDraw.Draw(image).text((20, 30), "Invoice 4711", "black", font_size=40)
picture = Picture(sha256="0" * 64, width=400, height=100, format="RGB")
settings = Settings.load(home=Path({str(starter_settings.home)!r}), pack="starter", offline=True)
(line,) = Experts.from_settings(settings).reader.read(image, picture)
print(line.text, [name for name in ("torch", "modelscope") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["Invoice 4711 []"], done.stderr


def test_an_empty_picture_holds_no_text_and_no_objects(experts: Experts, store: Store) -> None:
    for size in ((640, 480), (3, 3)):
        blank = store.add(Image.new("RGB", size, "white"))
        assert ask(experts, store, [blank], "read_text")[0].text.endswith("no text found")
        (objects,) = ask(experts, store, [blank], "detect_objects")
        assert "no objects found" in objects.text


def test_small_print_in_a_large_scan_is_read(experts: Experts, store: Store) -> None:
    page = Image.new("RGB", (2480, 3508), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=28)
    for row in range(6):
        draw.text((300, 2800 + 80 * row), f"Licence number {48213 + row}", "black", font)
    (evidence,) = ask(experts, store, [store.add(page)], "read_text")
    told = evidence.text.splitlines()[1:]
    assert told == [f"Licence number {48213 + row}" for row in range(6)]


def test_the_classifier_names_what_it_is_sure_of(
    experts: Experts, bus: Picture, store: Store
) -> None:
    assert experts.classifier is not None
    name, probability = experts.classifier.classify(store.open(bus))
    assert name == "minibus"
    assert 0.3 < probability <= 1


def test_small_print_in_a_large_picture_is_read_in_pieces(experts: Experts, store: Store) -> None:
    """In the whole picture, made smaller for the model, the plate is not found."""
    image = Image.new("RGB", (3600, 2400), "#778")
    plate = ImageDraw.Draw(image)
    plate.rectangle((1755, 1185, 1835, 1212), fill="white")
    plate.text((1765, 1190), "KT 4821", fill="black", font=ImageFont.load_default(14))
    (evidence,) = ask(experts, store, [store.add(image)], "read_text")
    assert "KT 4821" in evidence.text
    assert len(evidence.lines) == 1, "it lies in an overlap, yet is told once"
    (box,) = (line.box for line in evidence.lines)
    assert 1740 < box.x1 < box.x2 < 1850
    assert 1170 < box.y1 < box.y2 < 1230


def test_words_are_told_with_the_colour_they_stand_on(experts: Experts, store: Store) -> None:
    signs = Image.new("RGB", (900, 300), "#e8e8e8")
    draw = ImageDraw.Draw(signs)
    for at, (word, colour) in enumerate((("NORTH", "#c02020"), ("SOUTH", "#2040b0"))):
        draw.rectangle((60 + 420 * at, 60, 380 + 420 * at, 240), fill=colour)
        font = ImageFont.load_default(60)
        draw.text((110 + 420 * at, 110), word, fill="white", font=font)
    picture = store.add(signs)
    (read,) = ask(experts, store, [picture], "read_text")
    assert read.text.splitlines()[-2:] == ["on red: NORTH", "on blue: SOUTH"]
    (tile,) = ask(experts, store, [picture], "look_closer", target="tile with the word SOUTH")
    assert "'SOUTH'" in tile.text
    assert "main colours blue" in tile.text
