"""Public benchmarks, read from their own files as they are published; nothing is downloaded.

`looktwice eval run docvqa:val_v1.0.json` takes the annotations; pictures and documents are looked for
beside them. Scores follow each benchmark's own metric where a program can compute it; where its makers
let people or a language model judge (FinanceBench, MM-Vet v2), words are matched instead, which is a
lower bound.
"""

from __future__ import annotations

import ast
import base64
import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import BadInput, UsageError
from .metrics.text import bare_number
from .task import EvidencePage, Match, Task, Truth

Record = dict[str, Any]


@dataclass
class BenchmarkFiles:
    """Brings the files of the chosen tasks into the suite's folder, by hard link where possible.

    Attributes:
        root: folder of the annotations.
        above: the one above it; files are looked for there, too.
        pending: how to bring each file, by its name in the suite.
    """

    root: Path
    above: Path
    pending: dict[str, Callable[[Path], object]] = field(default_factory=dict)

    def take(self, *names: str) -> str:
        """The first of these files or folders that is there; BadInput where none is."""
        for name in names:
            for root in (self.root, self.above):
                source = (root / name).resolve()
                if source.exists() and source.is_relative_to(root.resolve()):
                    self.pending[name] = partial(_link, source)
                    return name
        raise BadInput(names[0], f"not found beside the annotations in {self.root}")

    def names_in(self, folder: str) -> list[str]:
        """Names of the files of a folder that was taken."""
        found = next(f for f in (self.root / folder, self.above / folder) if f.is_dir())
        return sorted(path.name for path in found.iterdir())

    def data(self, encoded: str, name: str) -> str:
        """A picture that stands in the annotations, in base64."""
        self.pending[name] = partial(_decode, encoded)
        return name

    def bring(self, tasks: Iterable[Task], folder: Path) -> None:
        """Put the files of these tasks into a folder."""
        for name in {name for task in tasks for name in (*task.images, *task.documents)}:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                self.pending[name](target)


def _link(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file)
    else:
        _link_file(str(source), str(target))


def _link_file(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _decode(encoded: str, target: Path) -> None:
    target.write_bytes(base64.b64decode(encoded))


Read = Callable[[Path, BenchmarkFiles], Iterator[Task]]


@dataclass(frozen=True)
class Adapter:
    """One benchmark: what it is and how a file of it becomes tasks."""

    about: str
    read: Read


# --- files --------------------------------------------------------------------------------------


def json_lines(path: Path) -> Iterator[Record]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def whole_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def tab_rows(path: Path) -> Iterator[Record]:
    """Rows of a table whose cells may hold whole pictures."""
    usual = csv.field_size_limit(2**31 - 1)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from list(csv.DictReader(file, delimiter="\t"))
    finally:  # it is the whole program's, and guards the reading of documents
        csv.field_size_limit(usual)


def one(
    number: object, kind: object, question: str, right: Sequence[str], match: Match,
    images: Sequence[str] = (), documents: Sequence[str] = (), **truth: Any,
) -> Task:  # fmt: skip
    """A task."""
    return Task(
        id=str(number), kind=str(kind), question=question.strip(), images=tuple(images),
        documents=tuple(documents), truth=Truth(answers=tuple(right), match=match, **truth),
    )  # fmt: skip


# --- benchmarks ---------------------------------------------------------------------------------


def vstar(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in json_lines(path):
        image = files.take(r["image"])
        name = f"{r['category']}-{r['question_id']}"
        yield one(name, r["category"], r["text"], [r["label"]], "choice", [image])


def hr_bench(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in tab_rows(path):
        options = "\n".join(f"{letter}. {r[letter]}" for letter in "ABCD" if r.get(letter))
        question = f"{r['question']}\n{options}\nAnswer with the letter of the right option."
        image = files.data(r["image"], f"images/{r['index']}.jpg")
        right = [r["answer"], r[r["answer"]]]
        yield one(r["index"], r["category"], question, right, "choice", [image])


def ocrbench(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for number, r in enumerate(whole_json(path)):
        answers = r["answers"] if isinstance(r["answers"], list) else [r["answers"]]
        image = files.take(r["image_path"], f"OCRBench_Images/{r['image_path']}")
        yield one(number, r["type"], r["question"], answers, "contains", [image])


def docvqa(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in whole_json(path)["data"]:
        kind = (r.get("question_types") or ["question"])[0]
        image = files.take(r["image"], r["image"].removeprefix("documents/"))
        yield one(r["questionId"], kind, r["question"], r["answers"], "anls", [image])


def chartqa(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for number, r in enumerate(whole_json(path)):
        image = files.take(f"png/{r['imgname']}", r["imgname"])
        yield one(number, path.stem, r["query"], [str(r["label"])], "relaxed", [image])


def mmstar(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in tab_rows(path):
        image = files.data(r["image"], f"images/{r['index']}.jpg")
        yield one(r["index"], r["category"], r["question"], [r["answer"]], "choice", [image])


def pope(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in json_lines(path):
        image = files.take(r["image"], f"val2014/{r['image']}")
        yield one(r["question_id"], path.stem, r["text"], [r["label"]], "yes_no", [image])


def mmlongbench(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    matches: dict[str, Match] = {"Int": "number", "Float": "relaxed", "Str": "anls"}
    for number, r in enumerate(whole_json(path)):
        document = files.take(f"documents/{r['doc_id']}", r["doc_id"])
        kind, answer = r["answer_format"], str(r["answer"])
        pages = ast.literal_eval(str(r["evidence_pages"]))
        places = tuple(EvidencePage(document=r["doc_id"], page=page) for page in pages)
        if kind == "None":
            yield one(number, kind, r["question"], [], "contains", [], [document], answerable=False)
            continue
        if kind == "List":
            answer = "<AND>".join(map(str, ast.literal_eval(answer)))
        match = matches.get(kind, "grade")
        yield one(number, kind, r["question"], [answer], match, [], [document], pages=places)


def mmvet(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for name, r in whole_json(path).items():
        parts = r["question"].split("<IMG>")
        named = [p.strip() for p in parts if p.strip().lower().endswith((".png", ".jpg", ".jpeg"))]
        words = " ".join(p.strip() for p in parts if p.strip() not in named)
        images = [files.take(f"images/{file}", file) for file in named]
        yield one(name, "+".join(r["capability"]), words, [r["answer"]], "grade", images)


def slidevqa(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in json_lines(path):
        deck = r["deck_name"]
        folder = files.take(f"images/{path.stem}/{deck}", f"images/{deck}", deck)
        slides = {slide_number(name): name for name in files.names_in(folder)}
        places = tuple(
            EvidencePage(document=slides[page], page=1)
            for page in r["evidence_pages"]
            if page in slides
        )
        kind = "numerical" if r.get("arithmetic_expression") not in (None, "", "None") else "span"
        yield one(r["qa_id"], kind, r["question"], [str(r["answer"])], "exact", [], [folder],
                  pages=places)  # fmt: skip


def slide_number(name: str) -> int:
    """3 of "slide_3_1024.jpg"; 0 where there is none."""
    digits = [part for part in Path(name).stem.replace("-", "_").split("_") if part.isdigit()]
    return int(digits[0]) if digits else 0


def financebench(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    for r in json_lines(path):
        document = files.take(f"pdfs/{r['doc_name']}.pdf", f"{r['doc_name']}.pdf")
        places = tuple(  # pages are counted from 0 there
            EvidencePage(document=f"{e.get('doc_name') or e['evidence_doc_name']}.pdf",
                  page=int(e["evidence_page_num"]) + 1)
            for e in r["evidence"]
        )  # fmt: skip
        match: Match = "grade" if bare_number(r["answer"]) is None else "relaxed"
        yield one(r["financebench_id"], r["question_type"], r["question"], [r["answer"]], match,
                  [], [document], pages=places)  # fmt: skip


_SROIE: dict[str, tuple[str, Match]] = {
    "company": ("What is the name of the company?", "exact"),
    "date": ("What is the date?", "exact"),
    "address": ("What is the address of the company?", "exact"),
    "total": ("What is the total?", "number"),
}


def sroie(path: Path, files: BenchmarkFiles) -> Iterator[Task]:
    """A folder of <name>.txt with the four fields as JSON; pictures in img/ beside or above it."""
    for file in sorted(path.glob("*.txt")):
        fields = whole_json(file)
        image = files.take(f"img/{file.stem}.jpg", f"images/{file.stem}.jpg", f"{file.stem}.jpg")
        for name, (question, match) in _SROIE.items():
            if fields.get(name):
                yield one(f"{file.stem}-{name}", name, question, [fields[name]], match, [image])


ADAPTERS: dict[str, Adapter] = {
    "vstar": Adapter("V*Bench: test_questions.jsonl", vstar),
    "hrbench": Adapter("HR-Bench: hr_bench_4k.tsv or hr_bench_8k.tsv", hr_bench),
    "ocrbench": Adapter("OCRBench: OCRBench.json", ocrbench),
    "docvqa": Adapter("DocVQA: val_v1.0.json and the like", docvqa),
    "chartqa": Adapter("ChartQA: test_human.json or test_augmented.json", chartqa),
    "mmstar": Adapter("MMStar: MMStar.tsv", mmstar),
    "pope": Adapter("POPE: coco_pope_random.json and the like", pope),
    "mmlongbench": Adapter("MMLongBench-Doc: samples.json", mmlongbench),
    "mmvet2": Adapter("MM-Vet v2: mm-vet-v2.json", mmvet),
    "slidevqa": Adapter("SlideVQA: test.jsonl and the like", slidevqa),
    "financebench": Adapter("FinanceBench: financebench_open_source.jsonl", financebench),
    "sroie": Adapter("SROIE: the folder of its entity files", sroie),
}


def adapt(name: str, path: Path) -> tuple[list[Task], BenchmarkFiles]:
    """The tasks of a benchmark, and what brings their files.

    Raises:
        UsageError: there is no such file.
        BadInput: it is not in the benchmark's published format, or a picture is missing.
    """
    if not path.exists():
        raise UsageError(f"{path}: not found; {name} reads {ADAPTERS[name].about}")
    # Annotations may lie in a folder of their own (data/, entities/) beside that of the files.
    files = BenchmarkFiles(path.parent, above=path.parent.parent)
    try:
        tasks = list(ADAPTERS[name].read(path, files))
    except (ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        raise BadInput(
            str(path), f"not as {ADAPTERS[name].about} is published: {error!r}"
        ) from None
    if not tasks:
        raise BadInput(str(path), f"no tasks; {name} reads {ADAPTERS[name].about}")
    return tasks, files
