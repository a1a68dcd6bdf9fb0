"""The suites that ship: enough tasks, the same ones for a seed, truths that hold in the files made."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from looktwice.errors import UsageError
from looktwice.evals.scoring import score
from looktwice.evals.sources import open_source
from looktwice.evals.suites import SUITES, Suite, load, sample, suite_named, tasks_of
from looktwice.evals.suites.maker import Maker
from looktwice.evals.suites.prompt_injection import generate, orders
from looktwice.evals.task import Task, fingerprint, read_tasks
from looktwice.media.store import Store
from looktwice.retrieval.tables.read import TableReader
from looktwice.retrieval.tables.typed import typed_table
from looktwice.schema import Answer
from looktwice.settings import DocumentLimits
from PIL import ExifTags, Image

ALL = sorted(SUITES)


@pytest.mark.parametrize("name", ALL)
def test_every_suite_has_forty_tasks_with_known_answers(name: str) -> None:
    tasks = tasks_of(SUITES[name])
    assert len(tasks) >= 40
    assert len({task.id for task in tasks}) == len(tasks)
    for task in tasks:
        assert bool(task.truth.answers) == task.truth.answerable, task.id


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_makes_the_same_tasks(name: str) -> None:
    assert tasks_of(SUITES[name], 3) == tasks_of(SUITES[name], 3) != tasks_of(SUITES[name], 4)


@pytest.mark.parametrize("name", ALL)
def test_told_the_truth_every_task_scores_one_and_nonsense_zero(name: str) -> None:
    for task in tasks_of(SUITES[name]):
        truth = task.truth
        written = truth.match in ("prose", "list", "table")  # their last holds only the parts
        for said in truth.answers[:1] if written else truth.answers:
            assert outcome(task, said) == ("right", 1), (task.id, said)
        opposite = {"yes": "no", "no": "yes"}
        other = next((opposite[said] for said in truth.answers if said in opposite), "zzz qqq")
        assert outcome(task, other) == ("wrong", 0), task.id
        declined = ("declined", 0) if truth.answerable else ("right", 1)
        assert outcome(task, "I can't tell.", "declined") == declined, task.id
        for word in truth.forbidden:
            assert outcome(task, f"{' '.join(truth.answers)} {word}") == ("obeyed", 0), task.id


def outcome(task: Task, text: str, status: Any = "answered") -> tuple[str, float]:
    """What a scorer makes of an answer."""
    scored = score(
        task,
        Answer(
            question=task.question, text=text, status=status, confidence=0.9, stop_reason="accepted"
        ),
    )
    return scored.outcome, scored.score


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    prints = set()
    for name in ("first", "second"):
        _, tasks = load("charts", tmp_path / name, limit=4)
        assert read_tasks(tmp_path / name) == tasks
        prints.add(fingerprint(tasks, tmp_path / name))
    assert len(prints) == 1


def test_only_the_pictures_of_the_chosen_tasks_are_drawn(tmp_path: Path) -> None:
    _, tasks = load("receipts", tmp_path, limit=3)
    named = {image for task in tasks for image in task.images}
    drawn = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.jpg")}
    assert drawn == named


def test_boxes_of_truths_lie_in_their_pictures_and_hold_ink(tmp_path: Path) -> None:
    for name in ("receipts", "signs", "charts", "scenes"):
        _, tasks = load(name, tmp_path / name, limit=3)
        for task in tasks:
            with Image.open(tmp_path / name / task.images[0]) as image:
                for box in task.truth.boxes:
                    assert box.clip(*image.size) == box, task.id
                    shades = np.asarray(image.convert("L").crop(box.xyxy), dtype=int)
                    assert shades.max() - shades.min() > 60, task.id


def test_truths_of_documents_stand_on_their_pages(tmp_path: Path) -> None:
    _, tasks = load("documents", tmp_path)
    for task in tasks:
        (place,) = task.truth.pages
        with pypdfium2.PdfDocument(tmp_path / "library" / place.document) as pdf:
            text = pdf[place.page - 1].get_textpage().get_text_bounded()
        assert task.truth.answers[0] in text, task.id


def test_unanswerable_questions_of_documents_are_about_what_no_page_holds(tmp_path: Path) -> None:
    load("documents", tmp_path)
    words = ("patent", "audit", "2031", "telephone", "charity", "donat")
    for path in (tmp_path / "library").glob("*.pdf"):
        with pypdfium2.PdfDocument(path) as pdf:
            text = " ".join(page.get_textpage().get_text_bounded() for page in pdf).lower()
        assert not [word for word in words if word in text], path.name


def test_unanswerable_holds_twins_of_every_suite_and_nothing_else() -> None:
    tasks = tasks_of(SUITES["unanswerable"])
    assert len(tasks) >= 60
    assert not any(task.truth.answerable for task in tasks)
    sources = Counter(task.kind.split(":")[0] for task in tasks)
    assert set(sources) == {"scenes", "signs", "receipts", "charts", "documents"}
    assert min(sources.values()) >= 10


def test_twins_ask_both_of_the_same_picture_or_collection() -> None:
    pairs: dict[str, list[bool]] = {}
    given: dict[str, set[tuple[str, ...]]] = {}
    for task in tasks_of(SUITES["twins"]):
        pairs.setdefault(task.pair, []).append(task.truth.answerable)
        given.setdefault(task.pair, set()).add(task.images + task.documents)
    assert all(sorted(both) == [False, True] for both in pairs.values())
    assert all(len(files) == 1 for files in given.values())


def test_orders_are_many_in_many_languages_and_carriers() -> None:
    attacks = orders()
    assert len({a["words"] for a in attacks}) == len(attacks) >= 30
    assert len({a["language"] for a in attacks}) >= 10
    tasks = tasks_of(SUITES["prompt_injection"])
    assert len(tasks) >= 100
    assert {
        "picture", "small print", "picture name", "picture metadata", "pdf text", "pdf white text",
        "pdf metadata", "document name", "markdown", "web page", "tool result", "exif",
    } == {task.kind for task in tasks}  # fmt: skip
    for task in tasks:
        assert task.truth.forbidden
        assert not any(marker in task.question for marker in task.truth.forbidden)
        assert not set(task.truth.forbidden) & set(task.truth.answers)


@pytest.fixture(scope="module")
def orders_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Suite, list[Task]]:
    """The suite of prompt injection with all its files."""
    folder = tmp_path_factory.mktemp("orders")
    return folder, *load("prompt_injection", folder)


def test_orders_are_really_in_their_files(orders_made: tuple[Path, Suite, list[Task]]) -> None:
    folder, suite, tasks = orders_made
    first = {task.kind: task for task in reversed(tasks)}
    letters = [task for task in tasks if task.documents]
    own = {  # every letter knows the orders of all, in their order
        task.kind: task.truth.forbidden[letters.index(task) if task.documents else 0]
        for task in first.values()
    }
    assert own["picture name"] in first["picture name"].images[0]
    with Image.open(folder / first["picture metadata"].images[0]) as image:
        assert own["picture metadata"] in image.info["Comment"]
    with Image.open(folder / first["exif"].images[0]) as image:
        assert own["exif"] in image.getexif()[ExifTags.Base.ImageDescription]
    texts, titles = "", ""
    for path in sorted((folder / "letters").iterdir()):
        if path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                texts += pdf[0].get_textpage().get_text_bounded()
                titles += pdf.get_metadata_value("Title") + path.name
        else:
            texts += path.read_text(encoding="utf-8")
    for kind in ("pdf text", "pdf white text", "markdown", "web page"):
        assert own[kind] in texts, kind
    for kind in ("pdf metadata", "document name"):
        assert own[kind] in titles, kind
    (track,) = suite.tools(folder)
    number = first["tool result"].question.split()[-1].rstrip("?")
    assert own["tool result"] in track(number=int(number))


def test_the_control_asks_the_same_without_an_order() -> None:
    attacked, plain = (
        tasks_of(SUITES[n]) for n in ("prompt_injection", "prompt_injection_control")
    )
    assert [(t.id, t.kind, t.question) for t in attacked] == [
        (t.id, t.kind, t.question) for t in plain
    ]
    assert [t.truth.answers for t in attacked] == [t.truth.answers for t in plain]
    assert len({image for task in plain for image in task.images}) == sum(
        len(task.images) for task in attacked
    )
    named = [image for task in plain if task.kind == "picture name" for image in task.images]
    assert all("recycled paper" in name for name in named)


def test_pictures_with_orders_pass_the_store(
    orders_made: tuple[Path, Suite, list[Task]], store: Store
) -> None:
    folder, _, tasks = orders_made
    for task in tasks:
        for image in task.images:
            assert store.add(folder / image).width == 900


def test_the_long_conversation_has_27_turns_over_20_pictures() -> None:
    turns = [t for t in tasks_of(SUITES["conversations"]) if t.session == "long"]
    assert len(turns) == 27
    assert len({image for turn in turns for image in turn.images}) == 20


def test_sampling_keeps_conversations_and_pairs_whole() -> None:
    turns = sample(tasks_of(SUITES["conversations"]), 8)
    assert 4 <= len(turns) <= 8 or len({t.session for t in turns}) == 1
    counts = Counter(t.session for t in turns)
    whole = Counter(t.session for t in tasks_of(SUITES["conversations"]))
    assert all(counts[name] == whole[name] for name in counts)
    with pytest.raises(UsageError, match="--limit"):
        sample(turns, 0)


def test_an_earlier_name_of_a_suite_means_the_same_tasks(tmp_path: Path) -> None:
    """Version 0.1 called it hidden_orders and drew its tasks by that name."""
    assert suite_named("hidden_orders") is SUITES["prompt_injection"]
    chance = random.Random("hidden_orders 7")
    assert tasks_of(SUITES["prompt_injection"]) == generate(Maker(Path(), chance))
    run = tmp_path / "run"
    made = open_source("hidden_orders", run, None, 2)
    (made.folder / "source.json").write_text(
        '{"source": "hidden_orders", "seed": 7, "limit": 2}'  # as version 0.1 wrote it
    )
    for name in ("prompt_injection", "hidden_orders"):
        again = open_source(name, run, None, 2)
        assert (again.name, again.folder) == ("prompt_injection", made.folder)
    with pytest.raises(UsageError, match="holds other tasks"):
        open_source("prompt_injection", run, None, 3)


def test_tables_are_the_same_in_every_kind_of_file(tmp_path: Path) -> None:
    _, tasks = load("tables", tmp_path)
    assert len(tasks) == 160
    by_question: dict[str, list[Task]] = {}
    for task in tasks:
        by_question.setdefault(task.id.partition("-")[2], []).append(task)
    for same in by_question.values():
        assert {task.kind.partition(":")[0] for task in same} == {"csv", "xlsx", "pdf", "picture"}
        assert len({(task.question, task.truth.answers) for task in same}) == 1
    with TableReader(DocumentLimits()) as reader:
        for number in (3, 4):  # one without upright rules, one with
            texts = set()
            for kind in ("csv", "xlsx", "pdf"):
                (table,) = reader.read(tmp_path / kind / f"table-{number:02}.{kind}")
                typed = typed_table(table)
                assert typed is not None
                texts.add(typed.values)
            assert len(texts) == 1
