"""Evidence drawn on pictures: in the right place, readable, and saved without harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looktwice.errors import BadInput, UsageError
from looktwice.media import annotate as drawing
from looktwice.media.annotate import MOST_UNCITED, Mark, annotate, draw, marks_of
from looktwice.media.store import Store
from looktwice.schema import (
    Answer,
    Box,
    Citation,
    Detection,
    Evidence,
    Origin,
    Picture,
    Source,
    TextLine,
)
from PIL import Image


def grey(width: int = 640, height: int = 480) -> Image.Image:
    return Image.new("RGB", (width, height), (128, 128, 128))


def changed(image: Image.Image) -> npt.NDArray[np.bool_]:
    """Where a grey picture is no longer grey, as a boolean array (height, width)."""
    return np.asarray(np.any(np.asarray(image) != 128, axis=2), dtype=bool)


def reached(image: Image.Image) -> tuple[int, int, int, int]:
    """The smallest rectangle around everything drawn."""
    ys, xs = np.nonzero(changed(image))
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


def objects(picture: Picture, *found: tuple[str, Box], id: str = "E1") -> Evidence:
    return Evidence(
        id=id,
        kind="objects",
        text="objects",
        source=Source(picture=picture.original),
        boxes=tuple(box for _, box in found),
        detections=tuple(Detection(label=name, score=0.9, box=box) for name, box in found),
    )


def answer(*pictures: Picture, **values: object) -> Answer:
    return Answer(
        question="how many?",
        text="two",
        status="answered",
        confidence=0.9,
        stop_reason="accepted",
        pictures=pictures,
        **values,
    )


# draw


def test_a_box_is_drawn_where_it_is_and_the_picture_given_stays_clean(store: Store) -> None:
    image = grey()
    picture = store.add(image)
    drawn = draw(image, [Mark(box=Box(x1=100, y1=120, x2=300, y2=260))], picture)
    assert drawn.size == image.size
    assert reached(drawn) == pytest.approx((100, 120, 300, 260), abs=3)
    assert not changed(drawn)[140:240, 120:280].any()
    assert not changed(image).any()


def test_boxes_are_drawn_on_crops_and_on_images_of_another_size(store: Store) -> None:
    picture = store.add(grey())
    crop = store.crop(picture, Box(x1=100, y1=100, x2=200, y2=200), min_side=400)
    mark = Mark(box=Box(x1=125, y1=150, x2=175, y2=175))
    drawn = draw(store.open(crop), [mark], crop)
    assert reached(drawn) == pytest.approx((100, 200, 300, 300), abs=3)
    half = draw(store.resized(crop, 200 * 200), [mark], crop)
    assert reached(half) == pytest.approx((50, 100, 150, 150), abs=3)


def test_what_lies_outside_is_left_out_and_what_reaches_out_is_cut(store: Store) -> None:
    picture = store.add(grey())
    outside = Mark(box=Box(x1=900, y1=10, x2=950, y2=50), label="gone")
    assert not changed(draw(store.open(picture), [outside], picture)).any()
    partly = Mark(box=Box(x1=500, y1=-50, x2=900, y2=50))
    assert reached(draw(store.open(picture), [partly], picture))[2:] == (639, 51)


def test_nothing_to_draw_gives_an_equal_picture(store: Store) -> None:
    picture = store.add(grey())
    assert not changed(draw(store.open(picture), [], picture)).any()


def test_a_box_of_another_frame_is_refused(store: Store) -> None:
    picture = store.add(grey())
    with pytest.raises(ValueError, match="page"):
        draw(grey(), [Mark(box=Box(x1=0, y1=0, x2=9, y2=9, frame="page"))], picture)


def test_lines_and_letters_grow_with_the_picture(store: Store) -> None:
    inked = []
    for factor in (1, 4):
        image = grey(320 * factor, 240 * factor)
        picture = store.add(image)
        mark = Mark(box=picture.box(50 * factor, 60 * factor, 250 * factor, 200 * factor))
        inked.append(changed(draw(image, [mark], picture)).sum())
    assert inked[1] > 6 * inked[0]  # lines that did not grow would give 4
    assert drawing._text_size((4000, 3000)) > 2 * drawing._text_size((1000, 750))


def test_thin_marks_are_thinner_and_beneath(store: Store) -> None:
    picture = store.add(grey(1600, 1200))
    box = Box(x1=400, y1=400, x2=800, y2=800)
    strong, thin = Mark(box=box), Mark(box=box, thin=True)
    image = store.open(picture)
    inked = [changed(draw(image, [mark], picture)).sum() for mark in (strong, thin)]
    assert inked[0] > 1.5 * inked[1] > 0
    both = draw(image, [strong, thin], picture)
    assert np.array_equal(np.asarray(both), np.asarray(draw(image, [strong], picture)))


@given(
    left=st.integers(-20, 620),
    top=st.integers(-20, 470),
    label=st.text(min_size=1, max_size=80).filter(lambda text: text.strip()),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_label_anywhere_stays_whole(store: Store, left: int, top: int, label: str) -> None:
    """A label's ground is as large at the edges and corners as in the middle."""
    picture = store.add(grey())

    def ground(x: int, y: int) -> tuple[int, int]:
        mark = Mark(box=Box(x1=x, y1=y, x2=x + 30, y2=y + 30), label=label)
        area = drawing._area(mark, picture, (640, 480))
        assert area is not None
        x1, y1, x2, y2 = reached(drawing._labels(grey(), [(mark, area, label)], centered=False))
        return x2 - x1, y2 - y1

    assert ground(left, top) == pytest.approx(ground(300, 240), abs=1)


@pytest.mark.parametrize("size", [(640, 480), (200, 900)])
def test_long_labels_are_cut_to_the_picture(size: tuple[int, int]) -> None:
    font = drawing._font(None, 20)
    text = drawing._fitting("total amount " * 30, font, size[0])
    assert font.getlength(text) <= size[0]
    assert text.startswith("total")
    assert text.endswith("…")


def test_labels_of_neighbours_do_not_cover_each_other(store: Store) -> None:
    picture = store.add(grey())
    boxes = [Box(x1=100, y1=200 + n, x2=300, y2=300) for n in range(3)]

    def inked(marks: list[Mark]) -> int:
        return int(changed(draw(store.open(picture), marks, picture)).sum())

    bare = inked([Mark(box=box) for box in boxes])
    one = inked([Mark(box=box, label="person" if box is boxes[0] else "") for box in boxes]) - bare
    three = inked([Mark(box=box, label="person") for box in boxes]) - bare
    assert three > 2 * one


def test_a_label_without_room_above_stands_below_its_box(store: Store) -> None:
    picture = store.add(grey())
    drawn = draw(
        store.open(picture), [Mark(box=Box(x1=50, y1=0, x2=400, y2=40), label="top")], picture
    )
    assert reached(drawn)[3] > 45
    assert not changed(drawn)[8:35, 60:390].any()


def test_numbered_marks_write_numbers_instead_of_labels(store: Store) -> None:
    picture = store.add(grey())
    boxes = [Box(x1=40, y1=40, x2=240, y2=240), Box(x1=340, y1=140, x2=540, y2=340)]
    drawn = draw(store.open(picture), [Mark(box=b) for b in boxes], picture, numbered=True)
    inside = changed(drawn)
    assert inside[135:145, 135:145].any()  # the middle of the first
    assert inside[235:245, 435:445].any()
    assert not inside[60:110, 60:220].any()


# Fonts


@pytest.mark.parametrize("label", ["Ünïcode łódź €", "привет", "Ελλάδα", "سلام", "שלום"])
def test_letters_of_many_scripts_are_drawn(label: str) -> None:
    path = drawing._font_for(label)
    assert path is not None
    assert drawing._drawable(label, drawing._font(path, 20)) == label


def test_what_no_font_can_draw_becomes_an_ellipsis_not_question_marks() -> None:
    font = drawing._font(None, 20)
    assert drawing._fitting("E2 \ue123\ue124 88.00", font, 500) == "E2 … 88.00"


def test_without_any_font_labels_are_still_drawn(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_font_paths", lambda: ())
    picture = store.add(grey())
    mark = Mark(box=Box(x1=100, y1=100, x2=300, y2=200), label="E1 привет person")
    drawn = draw(store.open(picture), [mark], picture)
    assert reached(drawn)[1] < 95
    assert drawing._font_for("привет") is None


# annotate


def test_cited_boxes_are_strong_and_named_and_other_objects_thin(store: Store) -> None:
    picture = store.add(grey())
    cat, dog = Box(x1=10, y1=100, x2=90, y2=200), Box(x1=300, y1=100, x2=400, y2=200)
    words = Box(x1=50, y1=300, x2=200, y2=320), Box(x1=50, y1=330, x2=200, y2=350)
    here = Source(picture=picture.sha256)
    seen = objects(picture, ("cat", cat), ("dog", dog))
    text = Evidence(id="E2", kind="text", text="TOTAL 8.20", source=here, boxes=words)
    cited = (
        Citation(evidence="E1", source=here, boxes=(cat,), quote="2 objects"),
        Citation(evidence="E2", source=here, boxes=words, quote="TOTAL 8.20"),
        Citation(evidence="E2", source=here, boxes=words[:1], quote="TOTAL 8.20"),
    )
    marks = marks_of(answer(picture, evidence=(seen, text), citations=cited), picture)
    assert marks == [
        Mark(box=cat, label="E1 cat", color=1),
        Mark(box=words[0], label="E2 TOTAL 8.20", color=2),
        Mark(box=words[1], label="", color=2),
        Mark(box=dog, thin=True),
    ]


def test_without_citations_the_evidence_is_drawn_up_to_a_number(store: Store) -> None:
    picture = store.add(grey())
    lines = tuple(
        TextLine(text=str(n), score=0.9, box=Box(x1=10, y1=n, x2=90, y2=n + 5)) for n in range(80)
    )
    read = Evidence(
        id="E4", kind="text", text="...", source=Source(picture=picture.sha256), lines=lines
    )
    elsewhere = read.model_copy(update={"id": "E5", "source": Source(picture="0" * 64)})
    page_box = Box(x1=0, y1=0, x2=5, y2=5, frame="page")
    other = read.model_copy(update={"id": "E6", "lines": (), "boxes": (page_box,)})
    marks = marks_of(answer(picture, evidence=(other, elsewhere, read)), picture)
    assert len(marks) == MOST_UNCITED - 1  # one of another frame was dropped
    assert [m.label for m in marks[:2]] == ["E4", ""]


def test_pictures_are_saved_under_safe_new_names(store: Store, tmp_path: Path) -> None:
    names = ["../../up.png", "same.png", "same.jpg", "C:\\me\\a b;rm -rf.gif", "...", "図 1.png"]
    pictures = [store.add(grey(600 + n, 400), name) for n, name in enumerate(names)]
    box = Box(x1=10, y1=100, x2=90, y2=200)
    evidence = tuple(objects(p, ("cat", box), id=f"E{n}") for n, p in enumerate(pictures, start=1))
    clean = store.add(grey(50, 50), "nothing-seen.png")
    folder = tmp_path / "out" / "deep"
    given_answer = answer(*pictures, pictures[0], clean, evidence=evidence)
    files = annotate(store, given_answer, folder)
    assert [f.name for f in files] == [
        "up-evidence.png",
        "same-evidence.png",
        "same-evidence-2.png",
        "a_b_rm_-rf-evidence.png",
        f"{pictures[4].sha256[:12]}-evidence.png",
        "図_1-evidence.png",
    ]
    assert all(f.parent == folder for f in files)
    for file, picture in zip(files, pictures, strict=True):
        with Image.open(file) as image:
            assert image.size == (picture.width, picture.height)
            assert changed(image).any()


def test_existing_files_are_never_replaced(store: Store, tmp_path: Path) -> None:
    picture = store.add(grey(), "cat.png")
    mine = tmp_path / "cat-evidence.png"
    mine.write_bytes(b"mine")
    seen = objects(picture, ("cat", Box(x1=10, y1=100, x2=90, y2=200)))
    files = [annotate(store, answer(picture, evidence=(seen,)), tmp_path)[0] for _ in range(2)]
    assert mine.read_bytes() == b"mine"
    assert [f.name for f in files] == ["cat-evidence-2.png", "cat-evidence-3.png"]


def test_small_pictures_are_enlarged_to_be_read(store: Store, tmp_path: Path) -> None:
    picture = store.add(grey(48, 32), "icon.png")
    seen = objects(picture, ("traffic light", Box(x1=10, y1=10, x2=20, y2=20)))
    [file] = annotate(store, answer(picture, evidence=(seen,)), tmp_path)
    with Image.open(file) as image:
        assert image.size == (480, 320)
        assert reached(image)[0] == pytest.approx(100, abs=3)


def test_a_rendered_page_is_drawn_in_points(store: Store, tmp_path: Path) -> None:
    origin = Origin(document="d", page=2, scale=0.5, frame="page")
    page = store.add(grey(), "report.png").model_copy(update={"origin": origin})
    box = Box(x1=100, y1=100, x2=200, y2=150, frame="page")
    found = Evidence(
        id="E1", kind="text", text="x", source=Source(picture=page.original), boxes=(box,)
    )
    assert marks_of(answer(page, evidence=(found,)), page) == [Mark(box=box, label="E1", color=1)]
    [file] = annotate(store, answer(page, evidence=(found,)), tmp_path)
    with Image.open(file) as image:
        assert reached(image)[2:] == pytest.approx((400, 300), abs=3)


def test_failures_are_told_to_people(store: Store, tmp_path: Path) -> None:
    picture = store.add(grey(), "cat.png")
    shown = answer(picture, evidence=(objects(picture, ("cat", Box(x1=9, y1=9, x2=90, y2=90))),))
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    with pytest.raises(UsageError, match="file"):
        annotate(store, shown, taken)
    with pytest.raises(UsageError, match="cannot be written"):
        annotate(store, shown, taken / "below")
    store.path(picture).unlink()
    with pytest.raises(BadInput, match=r"cat\.png"):
        annotate(store, shown, tmp_path)


def test_importing_it_is_cheap() -> None:
    code = (
        "import sys, looktwice.media.annotate, looktwice.media.store\n"
        "print({'supervision', 'cv2', 'matplotlib', 'torch', 'pillow_heif'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
