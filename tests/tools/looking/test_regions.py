"""Parts of pictures: geometry with answers that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.media.store import Store
from looktwice.schema import Box, Detection, Origin, Picture, TextLine
from looktwice.tools.looking.marks import numbered
from looktwice.tools.looking.regions import (
    OVERLAP,
    HeatMap,
    Region,
    distinct,
    from_detections,
    from_lines,
    split,
    words_of,
)
from PIL import Image

PICTURE = Picture(sha256="a" * 64, width=400, height=200, format="PNG")
ALL = Box(x1=0, y1=0, x2=400, y2=200)

sizes = st.floats(20, 2000)


@given(wide=sizes, high=sizes, x=st.floats(0, 1), y=st.floats(0, 1))
def test_what_is_small_lies_whole_in_one_part(wide: float, high: float, x: float, y: float) -> None:
    """Anything no larger than the overlap is cut by no split in all of its parts."""
    area = Box(x1=5, y1=7, x2=5 + wide, y2=7 + high)
    w, h = wide * OVERLAP * 0.99, high * OVERLAP * 0.99
    left, top = 5 + x * (wide - w), 7 + y * (high - h)
    thing = Box(x1=left, y1=top, x2=left + w, y2=top + h)
    parts = [r.box for r in split(Region("all", area))]
    assert any(p.intersection(thing) >= 0.999 * thing.area for p in parts)
    assert Box.around(parts).iou(area) > 0.999


def test_a_long_picture_is_split_along_its_length() -> None:
    assert len(split(Region("all", Box(x1=0, y1=0, x2=900, y2=300)))) == 2
    assert len(split(Region("all", Box(x1=0, y1=0, x2=100, y2=300)))) == 2
    assert len(split(Region("all", ALL.clip(300, 200)))) == 4
    assert all(r.box.height == 300 for r in split(Region("all", Box(x1=0, y1=0, x2=900, y2=300))))


def heat(row: int, column: int, rows: int = 10, columns: int = 20) -> HeatMap:
    cells = np.full((rows, columns), 0.1 / (rows * columns))
    cells[row, column] += 0.9
    return HeatMap(ALL, cells)


def test_mass_counts_cut_cells_in_part() -> None:
    cells = np.array([[0.5, 0.1], [0.3, 0.1]])
    map_ = HeatMap(ALL, cells)
    assert map_.mass(ALL) == pytest.approx(1)
    assert map_.mass(Box(x1=0, y1=0, x2=100, y2=100)) == pytest.approx(0.25)
    assert map_.mass(Box(x1=0, y1=0, x2=300, y2=50)) == pytest.approx(0.25 + 0.025)
    assert map_.mass(Box(x1=500, y1=0, x2=600, y2=50)) == 0


@given(row=st.integers(0, 9), column=st.integers(0, 19))
def test_every_window_holds_the_hottest_cell(row: int, column: int) -> None:
    cell = Box(x1=column * 20, y1=row * 20, x2=column * 20 + 20, y2=row * 20 + 20)
    windows = heat(row, column).windows()
    assert len(windows) == 3
    for window in windows:
        assert window.box.intersection(cell) >= 0.99 * cell.area
        assert window.box.intersection(ALL) >= 0.999 * window.box.area
    densities = [w.score / w.box.area for w in windows]
    assert densities == sorted(densities, reverse=True)


def test_objects_the_question_names_are_proposed() -> None:
    found = [
        Detection(label="dog", score=0.9, box=Box(x1=0, y1=0, x2=40, y2=40)),
        Detection(label="bus", score=0.5, box=Box(x1=100, y1=50, x2=200, y2=100)),
        Detection(label="bus", score=0.8, box=Box(x1=300, y1=50, x2=400, y2=100)),
    ]
    regions = from_detections("What is written on the buses?", found, PICTURE)
    assert regions == []  # "buses" is no plural this simple rule knows
    regions = from_detections("What is written on the bus?", found, PICTURE)
    assert [r.score for r in regions] == [0.8, 0.5]
    assert regions[0].box == Box(x1=275, y1=25, x2=400, y2=125)  # a margin, inside the picture


def test_lines_are_ranked_by_shared_words() -> None:
    lines = [
        TextLine(text="Corner Shop", score=1, box=Box(x1=0, y1=0, x2=80, y2=10)),
        TextLine(text="Total 8.20", score=1, box=Box(x1=0, y1=50, x2=80, y2=60)),
        TextLine(text="Total tax 0.40", score=1, box=Box(x1=0, y1=70, x2=80, y2=80)),
    ]
    regions = from_lines("What is the total tax?", lines, PICTURE)
    assert [r.name for r in regions] == ["text 'Total tax 0.40'", "text 'Total 8.20'"]
    assert [r.score for r in regions] == [1.0, 0.5]


def test_words_without_little_ones() -> None:
    assert words_of("What is on the Dogs' collars?") == {"dog", "collar"}


def test_distinct_keeps_the_first_of_those_alike() -> None:
    a, b = Box(x1=0, y1=0, x2=100, y2=100), Box(x1=10, y1=0, x2=110, y2=100)
    c = Box(x1=200, y1=0, x2=300, y2=100)
    regions = [Region(n, box) for n, box in (("a", a), ("b", b), ("c", c))]
    assert [r.name for r in distinct(regions, 5)] == ["a", "c"]
    assert [r.name for r in distinct(regions, 1)] == ["a"]


def test_numbers_are_drawn_in_the_boxes_and_places_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    whole = store.add(Image.new("RGB", (300, 200), "white"), "page")
    part = store.crop(whole, Box(x1=100, y1=0, x2=300, y2=200))
    box = Box(x1=120, y1=20, x2=180, y2=80)

    marked = numbered(store, part, [box])

    assert marked.sha256 != part.sha256
    assert marked.origin == Origin(picture=whole.sha256, left=100)
    assert marked.local(box) == part.local(box) == (20, 20, 80, 80)
    pixels = np.asarray(store.open(marked))
    assert (pixels[20:80, 20:80] < 250).any()
    assert (pixels[120:, 120:] == 255).all()
    assert numbered(store, whole, [box]).original == whole.sha256
