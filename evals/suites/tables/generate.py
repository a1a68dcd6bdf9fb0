"""Ten tables of 5 to 60 rows, four questions each, every table in four kinds of file."""

from __future__ import annotations

from typing import Literal

from ...task import Task, Truth
from ..maker import Maker
from .drawing import as_csv, as_pdf, as_picture, as_workbook
from .questions import questions
from .subjects import ROWS, Data, filled, subjects

__all__ = ["FORMATS", "generate"]

Format = Literal["csv", "xlsx", "pdf", "picture"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "pdf", "picture")
EACH = 4


def generate(make: Maker) -> list[Task]:
    """The same questions of every format; a task's kind names the format, then the question."""
    tasks: list[Task] = []
    rows = list(ROWS)
    make.rng.shuffle(rows)
    for number, (subject, count) in enumerate(zip(subjects(), rows, strict=True)):
        data = filled(make.rng, subject, count)
        asked = make.rng.sample(questions(make.rng, data), EACH)
        files = _files(make, data, f"table-{number:02}", ruled=number % 2 == 0)
        for kind, (images, documents) in files.items():
            for at, one in enumerate(asked):
                truth = Truth(answers=(one.answer,), match=one.match)
                tasks.append(
                    Task(id=f"{kind}-{number:02}-{at}", kind=f"{kind}: {one.kind}",
                         question=one.question, images=images, documents=documents, truth=truth)
                )  # fmt: skip
    return tasks


def _files(
    make: Maker, data: Data, name: str, ruled: bool
) -> dict[Format, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Pictures and documents of each format."""
    rows = data.rows()
    title = f"All {data.subject.things} and their figures"
    separator = make.rng.choice(",;\t")
    image = as_picture(rows, title, ruled)
    return {
        "csv": ((), (make.file(as_csv(rows, separator), f"csv/{name}.csv"),)),
        "xlsx": ((), (make.file(as_workbook(rows, title), f"xlsx/{name}.xlsx"),)),
        "pdf": ((), (make.file(as_pdf(rows, title, ruled), f"pdf/{name}.pdf"),)),
        "picture": ((make.picture(image, f"pictures/{name}.png"),), ()),
    }
