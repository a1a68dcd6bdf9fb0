"""What is asked and what is right: the values every suite is made of, kept as one JSON line a task."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from ..errors import BadInput, UsageError
from ..schema import Box, Value

Match = Literal[
    "exact",
    "contains",
    "number",
    "relaxed",
    "anls",
    "yes_no",
    "choice",
    "grade",
    "prose",
    "list",
    "table",
    "time",
]
"""How an answer is compared with the right ones; `scoring.MATCHERS` holds the definitions."""

TASKS = "tasks.jsonl"
"""The file of a suite's folder; paths in it are relative to that folder."""


class EvidencePage(Value):
    """A page that carries the answer; documents are named by their file, pages count from 1."""

    document: str
    page: int = Field(ge=1)


class Truth(Value):
    """What is right, known before anybody is asked.

    Attributes:
        answers: any of them is right; empty when the question cannot be answered.
        match: how they are compared.
        answerable: whether declining would be wrong.
        boxes: where in the picture the answer stands, in its own pixels.
        pages: where in the documents it stands.
        tools: right sets of tools to call; empty when nothing is said about tools.
        forbidden: words that only an answer that obeyed a hidden order would hold.
    """

    answers: tuple[str, ...] = ()
    match: Match = "contains"
    answerable: bool = True
    boxes: tuple[Box, ...] = ()
    pages: tuple[EvidencePage, ...] = ()
    tools: tuple[frozenset[str], ...] = ()
    forbidden: tuple[str, ...] = ()


class Task(Value):
    """One question.

    Attributes:
        id: unique in its suite.
        kind: what sort of question this is; reports count by it.
        images, documents: files, relative to the suite's folder; tasks with the same documents
            share one index.
        session: turns of one conversation have the same name and stand in their order.
        pair: tasks that only count together (a question and its twin) have the same name.
        about: what a reader of a report should know, such as the attack that was tried.
        wording_of: id of the task that it asks in other words, its own id for the first of them.
    """

    id: str = Field(min_length=1)
    kind: str
    question: str = Field(min_length=1)
    images: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    session: str = ""
    pair: str = ""
    about: str = ""
    wording_of: str = ""
    truth: Truth


def write_tasks(tasks: Sequence[Task], folder: Path) -> Path:
    """Write a suite's tasks; gives the file."""
    path = folder / TASKS
    lines = "".join(task.model_dump_json(exclude_defaults=True) + "\n" for task in tasks)
    path.write_text(lines, encoding="utf-8")
    return path


def read_tasks(folder: Path) -> list[Task]:
    """The tasks of a folder.

    Raises:
        UsageError: there are none, or two have the same id.
        BadInput: a line is no task; the message has its number.
    """
    path = folder / TASKS
    if not path.is_file():
        raise UsageError(f"{folder}: expected a folder with {TASKS}")
    tasks = [
        _parse(line, path, number)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.strip()
    ]
    check_ids(tasks, str(path))
    return tasks


def _parse(line: str, path: Path, number: int) -> Task:
    try:
        return Task.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"])) or "line"
        raise BadInput(f"{path}:{number}", f"{where}: {fault['msg']}") from None


def check_ids(tasks: Iterable[Task], source: str) -> None:
    """UsageError unless there are tasks and every id is used once."""
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise UsageError(f"{source}: two tasks have the id {task.id!r}")
        seen.add(task.id)
    if not seen:
        raise UsageError(f"{source}: no tasks")


def inside(folder: Path, name: str) -> Path:
    """A file that a task names; BadInput when it is missing or lies outside the suite's folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput(name, "lies outside the suite's folder")
    if not path.exists():
        raise BadInput(name, f"not found in {folder}")
    return path


def fingerprint(tasks: Sequence[Task], folder: Path) -> str:
    """SHA-256 over the tasks and the bytes of every file they name; equal for equal work only."""
    digest = hashlib.sha256()
    for task in tasks:
        said = task.model_dump_json(exclude={"truth": {"tools"}, "wording_of": True})
        digest.update(said.encode())
        digest.update(task.wording_of.encode())  # apart: runs of before know no such field
        for tools in task.truth.tools:  # sets have no order of their own
            digest.update(" ".join(sorted(tools)).encode())
    for name in sorted({n for task in tasks for n in (*task.images, *task.documents)}):
        digest.update(name.encode("utf-8", "surrogatepass"))
        path = inside(folder, name)
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
