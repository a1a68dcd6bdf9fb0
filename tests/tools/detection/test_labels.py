from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.tools.detection.labels import resolve

YOLOV3 = (
    "person,bicycle,car,motorbike,aeroplane,bus,train,truck,boat,traffic light,stop sign,bench,bird,"
    "cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,skis,"
    "sports ball,bottle,wine glass,cup,fork,knife,spoon,banana,apple,orange,hot dog,chair,sofa,"
    "pottedplant,bed,diningtable,tvmonitor,laptop,mouse,cell phone,book,clock,scissors,teddy bear"
).split(",")
RENAMED = {
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
    "sofa": "couch",
    "pottedplant": "potted plant",
    "diningtable": "dining table",
    "tvmonitor": "tv",
}
YOLO26 = [RENAMED.get(name, name) for name in YOLOV3]


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("Person", "person"),
        ("people", "person"),
        ("men", "person"),
        ("Women", "person"),
        ("children", "person"),
        ("tourists", "person"),
        ("passers-by", "person"),
        ("buses", "bus"),
        ("knives", "knife"),
        ("mice", "mouse"),
        ("skis", "skis"),
        ("ski", "skis"),
        ("pair of scissors", "scissors"),
        ("bike", "bicycle"),
        ("phones", "cell phone"),
        ("cell_phone", "cell phone"),
        ("the big red bus", "bus"),
        ("bus on the left", "bus"),
        ("people in this picture", "person"),
        ("woman wearing a hat", "person"),
        ("a group of people", "person"),
        ("number of cars", "car"),
        ("how many dogs are there", "dog"),
        ("black and white cat", "cat"),
        ("bike rider", "person"),
        ("teddy bears", "teddy bear"),
        ("hot dogs", "hot dog"),
        ("wine glasses", "wine glass"),
        ("Hunde", "dog"),
        ("voitures", "car"),
        ("autobús", "bus"),
        ("红色的公共汽车", "bus"),
    ],
)
def test_words_of_people_are_understood(asked: str, label: str) -> None:
    assert resolve(asked, YOLOV3) == [label]
    assert resolve(asked, YOLO26) == [label]


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
@pytest.mark.parametrize("form", ["{}", "{}s", "the two {}s at the left"])
def test_both_spellings_work_with_both_lists(old: str, new: str, form: str) -> None:
    for word in (old, new):
        assert resolve(form.format(word), YOLOV3) == [old]
        assert resolve(form.format(word), YOLO26) == [new]


@pytest.mark.parametrize(
    "asked",
    [
        "shoe",
        "man's left shoe",
        "man’s shoes",
        "shoe of the man",
        "the person's face",
        "hot dog stand",
        "number plate of the car",
        "glasses",
        "boots",
        "bus stop",
        "",
        "  ",
        "the",
        "of",
        "的",
        "?!",
    ],
)
def test_what_the_detector_does_not_know_is_not_guessed(asked: str) -> None:
    assert resolve(asked, YOLOV3) == []


def test_umbrella_words_mean_several() -> None:
    assert resolve("vehicles", ["person", "car", "bus", "truck"]) == ["car", "bus", "truck"]
    assert resolve("fruit", YOLOV3) == ["banana", "apple", "orange"]
    assert set(resolve("animals", YOLOV3)) >= {"cat", "dog", "zebra"}
    assert resolve("dogs and cats", YOLOV3) == ["cat", "dog"]
    assert resolve("everything", YOLOV3) == YOLOV3


def test_a_name_the_detector_has_itself_wins() -> None:
    assert resolve("man", ["person", "man"]) == ["man"]
    assert resolve("glasses", ["wine glass", "glasses"]) == ["glasses"]


@given(st.sampled_from(YOLOV3))
def test_every_known_name_means_itself(name: str) -> None:
    assert resolve(name, YOLOV3) == [name]
    assert resolve(name.upper(), YOLOV3) == [name]


@given(
    name=st.sampled_from(YOLO26),
    before=st.lists(st.sampled_from(["the", "two", "big", "red", "old"]), max_size=3),
    after=st.sampled_from(["", "on the table", "next to a dog", "that is parked", "in the car"]),
)
def test_words_around_a_name_do_not_change_it(name: str, before: list[str], after: str) -> None:
    assert resolve(" ".join([*before, name, after]), YOLO26) == [name]


@given(asked=st.text(max_size=40), known=st.lists(st.text(max_size=10), max_size=6))
def test_only_known_names_come_back_each_once(asked: str, known: list[str]) -> None:
    found = resolve(asked, known)
    assert set(found) <= set(known)
    assert len(found) == len(set(found))


@given(known=st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=6))
def test_any_name_a_detector_has_can_be_asked_for(known: list[str]) -> None:
    for name in known:
        assert resolve(name, known)
