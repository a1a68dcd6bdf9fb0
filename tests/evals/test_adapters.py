"""Each benchmark from a file of two entries in its published format."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput, UsageError
from looktwice.evals.adapters import ADAPTERS, adapt
from looktwice.evals.sources import listed, open_source
from looktwice.evals.task import EvidencePage, Task, inside, read_tasks
from PIL import Image


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), "white").save(path)


def encoded() -> str:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return base64.b64encode(file.getvalue()).decode()


def json_lines(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def as_json(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def tab_file(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(name: str, path: Path) -> list[Task]:
    tasks, _ = adapt(name, path)
    return tasks


def test_vstar(tmp_path: Path) -> None:
    picture(tmp_path / "direct_attributes" / "sa_1.jpg")
    picture(tmp_path / "relative_position" / "sa_2.jpg")
    ask = "What is the colour of the cap?\n(A) red\n(B) blue\nAnswer with the option's letter."
    path = json_lines(
        tmp_path / "test_questions.jsonl",
        {"image": "direct_attributes/sa_1.jpg", "text": ask, "category": "direct_attributes",
         "label": "B", "question_id": 0},
        {"image": "relative_position/sa_2.jpg", "text": ask, "category": "relative_position",
         "label": "A", "question_id": 0},
    )  # fmt: skip
    first, second = read("vstar", path)
    assert (first.truth.answers, first.truth.match) == (("B",), "choice")
    assert first.images == ("direct_attributes/sa_1.jpg",)
    assert first.id != second.id


def test_hr_bench(tmp_path: Path) -> None:
    row = {
        "index": "0", "question": "Which colour?", "answer": "C", "category": "single", "A": "red",
        "B": "blue", "C": "green", "D": "pink", "cycle_category": "0", "image": encoded(),
    }  # fmt: skip
    path = tab_file(tmp_path / "hr_bench_4k.tsv", row, {**row, "index": "1", "answer": "A"})
    first, second = read("hrbench", path)
    assert first.truth.answers == ("C", "green")
    assert second.truth.answers == ("A", "red")
    assert "B. blue" in first.question


def test_ocrbench(tmp_path: Path) -> None:
    picture(tmp_path / "OCRBench_Images" / "a" / "1.png")
    entry = {"dataset_name": "IIIT5K", "id": 0, "question": "what is written in the image?",
             "image_path": "a/1.png", "answers": ["CENTRE"], "type": "Regular Text"}  # fmt: skip
    path = as_json(tmp_path / "OCRBench.json", [entry, {**entry, "id": 1, "answers": "42"}])
    first, second = read("ocrbench", path)
    assert (first.truth.answers, first.truth.match) == (("CENTRE",), "contains")
    assert second.truth.answers == ("42",)
    assert first.images == ("OCRBench_Images/a/1.png",)


def test_docvqa(tmp_path: Path) -> None:
    picture(tmp_path / "documents" / "x_1.png")
    entry = {"questionId": 337, "question": "What is the date?", "question_types": ["form"],
             "image": "documents/x_1.png", "docId": 279, "answers": ["1/8/93", "1/8/1993"]}  # fmt: skip
    path = as_json(
        tmp_path / "val_v1.0.json",
        {"dataset_name": "docvqa", "data": [entry, {**entry, "questionId": 338}]},
    )
    first, _ = read("docvqa", path)
    assert (first.truth.match, first.kind) == ("anls", "form")
    assert first.truth.answers == ("1/8/93", "1/8/1993")


def test_chartqa(tmp_path: Path) -> None:
    picture(tmp_path / "png" / "41.png")
    path = as_json(
        tmp_path / "test_human.json",
        [
            {"imgname": "41.png", "query": "How many bars?", "label": "14"},
            {"imgname": "41.png", "query": "Which is highest?", "label": "Peru"},
        ],
    )
    first, second = read("chartqa", path)
    assert (first.truth.answers, first.truth.match) == (("14",), "relaxed")
    assert second.truth.answers == ("Peru",)


def test_mmstar(tmp_path: Path) -> None:
    row = {"index": "0", "question": "Which? Options: A: dog, B: cat, C: cow, D: hen",
           "image": encoded(), "answer": "A", "category": "coarse perception",
           "l2_category": "image scene", "bench": "MMBench"}  # fmt: skip
    first, second = read(
        "mmstar", tab_file(tmp_path / "MMStar.tsv", row, {**row, "index": "1", "answer": "D"})
    )
    assert (first.truth.answers, second.truth.answers) == (("A",), ("D",))


def test_pope(tmp_path: Path) -> None:
    picture(tmp_path / "val2014" / "COCO_val2014_000000310196.jpg")
    entry = {"question_id": 1, "image": "COCO_val2014_000000310196.jpg",
             "text": "Is there a snowboard in the image?", "label": "yes"}  # fmt: skip
    path = json_lines(
        tmp_path / "coco_pope_random.json",
        entry,
        {**entry, "question_id": 2, "text": "Is there a dog in the image?", "label": "no"},
    )
    first, second = read("pope", path)
    assert (first.truth.match, first.kind) == ("yes_no", "coco_pope_random")
    assert second.truth.answers == ("no",)


def test_mmlongbench(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.pdf").write_bytes(b"%PDF-1.7")
    entry = {"doc_id": "a.pdf", "doc_type": "Research report", "question": "How many?",
             "answer": "7", "evidence_pages": "[3, 5]", "evidence_sources": "['Chart']",
             "answer_format": "Int"}  # fmt: skip
    path = as_json(
        tmp_path / "samples.json",
        [
            entry,
            {**entry, "answer": "Not answerable", "answer_format": "None", "evidence_pages": "[]"},
            {**entry, "answer": "['red', 'blue']", "answer_format": "List"},
        ],
    )
    first, second, third = read("mmlongbench", path)
    assert first.truth.pages == (
        EvidencePage(document="a.pdf", page=3),
        EvidencePage(document="a.pdf", page=5),
    )
    assert (first.truth.match, first.documents) == ("number", ("documents/a.pdf",))
    assert not second.truth.answerable
    assert third.truth.answers == ("red<AND>blue",)


def test_mmvet(tmp_path: Path) -> None:
    for name in ("v2_0.png", "v2_1a.jpg"):
        picture(tmp_path / "images" / name)
    path = as_json(
        tmp_path / "mm-vet-v2.json",
        {
            "v2_0": {"question": "What is x?<IMG>v2_0.png", "answer": "-1<AND>-5",
                     "added_in": "v2", "capability": ["ocr", "math"]},
            "v2_1": {"question": "Compare<IMG>v2_0.png<IMG>with<IMG>v2_1a.jpg<IMG>please",
                     "answer": "same", "added_in": "v2", "capability": ["rec"]},
        },
    )  # fmt: skip
    first, second = read("mmvet2", path)
    assert (first.question, first.images) == ("What is x?", ("images/v2_0.png",))
    assert second.question == "Compare with please"
    assert second.images == ("images/v2_0.png", "images/v2_1a.jpg")
    assert first.kind == "ocr+math"


def test_slidevqa(tmp_path: Path) -> None:
    for number in range(1, 12):
        picture(tmp_path / "images" / "test" / "deck-2013" / f"slide_{number}_1024.jpg")
    entry = {"deck_name": "deck-2013", "deck_url": "", "image_urls": [], "qa_id": 1,
             "question": "What share?", "answer": "63%", "arithmetic_expression": "None",
             "evidence_pages": [2, 11]}  # fmt: skip
    path = json_lines(tmp_path / "annotations" / "test.jsonl", entry, {**entry, "qa_id": 2})
    first, _ = read("slidevqa", path)
    assert first.documents == ("images/test/deck-2013",)
    assert [p.document for p in first.truth.pages] == ["slide_2_1024.jpg", "slide_11_1024.jpg"]


def test_financebench(tmp_path: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "3M_2018_10K.pdf").write_bytes(b"%PDF-1.7")
    entry = {
        "financebench_id": "financebench_id_03029", "company": "3M", "doc_name": "3M_2018_10K",
        "question_type": "metrics-generated", "question_reasoning": "Information extraction",
        "question": "What is the FY2018 capital expenditure?", "answer": "$1577.00",
        "evidence": [{"evidence_text": "x", "doc_name": "3M_2018_10K", "evidence_page_num": 59}],
    }  # fmt: skip
    path = json_lines(
        tmp_path / "data" / "financebench_open_source.jsonl",
        entry,
        {**entry, "financebench_id": "financebench_id_00499", "answer": "No, it is not"},
    )
    first, second = read("financebench", path)
    assert first.truth.pages == (EvidencePage(document="3M_2018_10K.pdf", page=60),)
    assert (first.truth.match, second.truth.match) == ("relaxed", "grade")


def test_sroie(tmp_path: Path) -> None:
    for name in ("X001", "X002"):
        picture(tmp_path / "img" / f"{name}.jpg")
        as_json(
            tmp_path / "entities" / f"{name}.txt",
            {"company": "SHOP SDN BHD", "date": "25/12/2018", "address": "NO 5", "total": "9.00"},
        )
    tasks = read("sroie", tmp_path / "entities")
    assert len(tasks) == 8
    total = next(t for t in tasks if t.id == "X001-total")
    assert (total.truth.answers, total.truth.match) == (("9.00",), "number")


def test_only_the_files_of_the_chosen_tasks_are_brought(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "bench" / "png" / f"{number}.png")
    as_json(
        tmp_path / "bench" / "test_human.json",
        [{"imgname": f"{n}.png", "query": f"{n}?", "label": "1"} for n in range(4)],
    )
    source = open_source(f"chartqa:{tmp_path}/bench/test_human.json", tmp_path / "run", 1, 2)
    tasks = read_tasks(source.folder)
    assert len(tasks) == 2
    assert len(list((source.folder / "png").iterdir())) == 2
    for task in tasks:
        assert inside(source.folder, task.images[0]).is_file()


def test_pictures_in_tables_are_unpacked(tmp_path: Path) -> None:
    row = {"index": "0", "question": "Which?", "image": encoded(), "answer": "A", "category": "c"}
    tab_file(tmp_path / "MMStar.tsv", row)
    source = open_source(f"mmstar:{tmp_path}/MMStar.tsv", tmp_path / "run", None, None)
    (task,) = read_tasks(source.folder)
    with Image.open(source.folder / task.images[0]) as image:
        assert image.size == (8, 8)


def test_what_is_missing_or_foreign_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not found; pope reads POPE"):
        adapt("pope", tmp_path / "none.json")
    path = json_lines(tmp_path / "a.json", {"question_id": 1, "image": "gone.jpg", "text": "?"})
    with pytest.raises(BadInput, match=r"gone\.jpg: not found beside"):
        adapt("pope", path)
    with pytest.raises(BadInput, match="not as DocVQA"):
        adapt("docvqa", as_json(tmp_path / "b.json", [1]))
    with pytest.raises(UsageError, match="no suite of this name"):
        open_source("nothing", tmp_path, None, None)


def test_no_file_outside_the_benchmark_is_taken(tmp_path: Path) -> None:
    picture(tmp_path / "secret.jpg")
    entry = {"question_id": 1, "image": "../../secret.jpg", "text": "?", "label": "yes"}
    path = json_lines(tmp_path / "deep" / "bench" / "a.json", entry)
    with pytest.raises(BadInput, match="not found beside"):
        adapt("pope", path)


def test_every_adapter_is_listed_and_tested() -> None:
    names = {name.partition(":")[0] for name, _ in listed()}
    assert set(ADAPTERS) <= names
    source = Path(__file__).read_text(encoding="utf-8")
    assert [
        name for name in ADAPTERS if f'"{name}"' not in source and f"{name}:" not in source
    ] == []
