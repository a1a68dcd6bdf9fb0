"""Runs: the tasks of a suite asked one by one of the whole assistant, the answers kept as they come.

run/run.json        what it was made with
run/suite/          the tasks with their pictures, documents and truths
run/questions.jsonl the same as the assistant gets them: without truths
run/results.jsonl   one answer a line; a run that was stopped goes on where it was
run/home/           its conversations and indexes, until the last question is asked
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..agent.assistant import Assistant
from ..agent.batch.local import LocalEngine
from ..agent.batch.results import Result
from ..agent.batch.runner import Batch, BatchOptions, BatchProgress, BatchSummary
from ..agent.batch.tasks import BatchTask as Question
from ..agent.batch.worker import Worker
from ..errors import BadInput, UsageError
from ..schema import Answer
from ..settings import Settings
from . import manifest as manifests
from .manifest import Manifest
from .scoring import Scored, score
from .scratch import remove_home, with_own_home
from .task import Task, fingerprint, inside, read_tasks

if TYPE_CHECKING:
    from ..tools.base import Tool

QUESTIONS, RESULTS, SUITE = "questions.jsonl", "results.jsonl", "suite"
OpenAssistant = Callable[[Settings, Sequence["Tool"]], Assistant]
"""Makes the assistant that is asked; tests and ablations bring their own."""
OnProgress = Callable[[BatchProgress], None]
Follow = Callable[[Batch], AbstractContextManager[OnProgress]]
"""Wraps the asking: gives who is told after every answer, and may stop the batch."""


@dataclass(frozen=True)
class RunPlan:
    """What is to be run.

    Attributes:
        suite: name of the suite or adapter, for the record.
        folder: with tasks.jsonl and the files it names.
        out: of the run; made if missing, gone on with if the same run is there.
        tools: tools of the user that the suite needs.
        pictures: False asks without the pictures, to see what they add.
        workers: tasks asked at once.
        only: ids of the tasks to ask; None asks all.
    """

    suite: str
    folder: Path
    out: Path
    tools: Sequence[Tool] = ()
    seed: int = 0
    limit: int | None = None
    pictures: bool = True
    workers: int = 1
    only: frozenset[str] | None = None


def assistant_of(settings: Settings, tools: Sequence[Tool]) -> Assistant:
    """The assistant that users get."""
    return Assistant(settings, tools=tools)


def run(
    plan: RunPlan,
    settings: Settings,
    open_assistant: OpenAssistant | None = None,
    follow: Follow | None = None,
) -> BatchSummary:
    """Ask what has no answer yet.

    Args:
        plan: what.
        settings: of the assistant.
        open_assistant: makes it, when there is something to ask; as users get it by default.
        follow: shows progress and hears Ctrl-C; nobody does by default.

    Raises:
        UsageError: the folder holds another run, or there are no tasks.
        BadInput: a task names a file that is not there.
    """
    tasks = read_tasks(plan.folder)
    plan.out.mkdir(parents=True, exist_ok=True)
    record = _record(plan, settings, tasks)
    questions = _write_questions(tasks, plan)
    with Batch(
        questions, plan.out / RESULTS, settings, BatchOptions(workers=plan.workers)
    ) as batch:
        if batch.malformed:
            line, reason = batch.malformed[0]
            raise BadInput(f"{questions}:{line}", reason)
        manifests.save(record, plan.out)
        if not batch.todo:
            remove_home(plan.out)
            return batch.summary()
        with (follow or without_progress)(batch) as on_progress:
            own = with_own_home(settings, plan.out)
            assistant = (open_assistant or assistant_of)(own, plan.tools)
            assistant.warm()
            engine = LocalEngine(Worker(assistant))
            try:
                summary = batch.run(engine, on_progress)
            finally:
                engine.close()
    if not summary.left:
        remove_home(plan.out)
    return summary


def without_progress(batch: Batch) -> AbstractContextManager[OnProgress]:
    """Nobody follows."""
    return nullcontext(lambda progress: None)


def _record(plan: RunPlan, settings: Settings, tasks: Sequence[Task]) -> Manifest:
    """The record of this run; that of an earlier start where there is one.

    Raises:
        UsageError: the folder holds a run of other tasks.
    """
    now = manifests.describe(
        settings,
        suite=plan.suite,
        folder=os.path.relpath(plan.folder, plan.out),
        tasks=fingerprint(tasks, plan.folder),
        count=len(tasks),
        seed=plan.seed,
        limit=plan.limit,
        pictures=plan.pictures,
    )
    if not (plan.out / manifests.NAME).exists():
        return now
    before = manifests.load(plan.out)
    if (before.tasks, before.pictures) != (now.tasks, now.pictures):
        raise UsageError(f"{plan.out}: holds a run of other tasks; give another folder with -o")
    return before


def _write_questions(tasks: Sequence[Task], plan: RunPlan) -> Path:
    """The tasks as a batch has them, beside the results; truths stay where they are."""
    path = plan.out / QUESTIONS
    lines = [
        Question(
            id=task.id,
            question=task.question,
            images=_files(task.images, plan) if plan.pictures else (),
            documents=_files(task.documents, plan),
            session=task.session or None,
        ).model_dump_json(exclude_defaults=True)
        for task in tasks
        if plan.only is None or task.id in plan.only
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _files(names: Sequence[str], plan: RunPlan) -> tuple[str, ...]:
    return tuple(os.path.relpath(inside(plan.folder, name), plan.out.resolve()) for name in names)


@dataclass(frozen=True)
class EvalRun:
    """A run that was made: its record, tasks, answers and what came of each.

    Attributes:
        answers: by task; tasks that were not asked are missing, failed ones have status "failed".
        scored: of the tasks that were asked, in their order.
    """

    folder: Path
    manifest: Manifest
    tasks: tuple[Task, ...]
    answers: dict[str, Answer]
    scored: tuple[Scored, ...]

    @property
    def suite(self) -> Path:
        """Folder of the tasks' files."""
        return (self.folder / self.manifest.folder).resolve()

    @property
    def complete(self) -> bool:
        return len(self.scored) == len(self.tasks)


def open_run(folder: Path) -> EvalRun:
    """Read a run and score it.

    Raises:
        UsageError: this is no folder of a run, or its tasks are gone or were changed.
        BadInput: a line of its results is damaged.
    """
    record = manifests.load(folder)
    suite = (folder / record.folder).resolve()
    tasks = read_tasks(suite)
    if fingerprint(tasks, suite) != record.tasks:
        raise UsageError(f"{suite}: the tasks or their files were changed after the run")
    answers = read_answers(folder / RESULTS)
    scored = tuple(score(task, answers[task.id]) for task in tasks if task.id in answers)
    return EvalRun(folder, record, tuple(tasks), answers, scored)


def read_answers(path: Path) -> dict[str, Answer]:
    """The answers of a results file by id; none where it does not exist yet.

    Raises:
        BadInput: a line is no result; a last line that was cut off is left out.
    """
    if not path.is_file():
        return {}
    answers: dict[str, Answer] = {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            result = Result.model_validate_json(line)
        except ValueError:
            raise BadInput(f"{path}:{number}", "no result of a run") from None
        answers[result.id] = result
    return answers
