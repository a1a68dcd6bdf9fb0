"""The suites that ship: made by seeded generators, so that every answer is known by construction.

from looktwice.evals.suites import load
suite, tasks = load("unanswerable", folder)      # writes pictures, documents and tasks.jsonl
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ...tools.base import Tool
from ..task import Task, check_ids, write_tasks
from . import (
    charts,
    codes,
    collections,
    conversations,
    depicted,
    documents,
    long_forms,
    pairs,
    prompt_injection,
    receipts,
    scenes,
    seer,
    signs,
    tables,
    versions,
    videos,
)
from .maker import Generator, Maker

__all__ = ["SUITES", "Suite", "load", "sample", "suite_named", "tasks_of"]

SEED = 7
_TWINNED: dict[str, Generator] = {
    "scenes": scenes.generate,
    "signs": signs.generate,
    "receipts": receipts.generate,
    "charts": charts.generate,
    "documents": documents.generate,
}


@dataclass(frozen=True)
class Suite:
    """A set of tasks.

    Attributes:
        about: what it asks, in a line.
        generate: makes its tasks.
        tools: tools of the user that it needs, made from its folder.
        drawn_as: the name it is drawn by, so that a suite keeps its tasks when it is renamed.
    """

    name: str
    about: str
    generate: Generator
    tools: Callable[[Path], list[Tool]] = lambda folder: []
    drawn_as: str = ""


def answerable(generate: Generator) -> Generator:
    """Only the questions that have an answer."""
    return lambda make: [task for task in generate(make) if task.truth.answerable]


def mixed(
    each: int, keep: Callable[[Task], bool], sources: Mapping[str, Generator] = _TWINNED
) -> Generator:
    """So many pairs of every twinned suite, in turn, less what is not kept."""

    def generate(make: Maker) -> list[Task]:
        columns = []
        for name, source in sources.items():
            made = source(make.under(name))
            groups = [g for g in together(made) if any(not t.truth.answerable for t in g)]
            chosen = make.rng.sample(groups, min(each, len(groups)))
            columns.append([[moved(task, name) for task in group] for group in chosen])
        rows = [group for row in zip(*columns, strict=False) for group in row]
        return [task for group in rows for task in group if keep(task)]

    return generate


def moved(task: Task, name: str) -> Task:
    """The task of another suite, whose files are in a folder of that name."""
    return task.model_copy(
        update={
            "id": f"{name}-{task.id}",
            "kind": f"{name}: {task.kind}",
            "pair": f"{name}-{task.pair}",
            "images": tuple(f"{name}/{image}" for image in task.images),
            "documents": tuple(f"{name}/{document}" for document in task.documents),
        }
    )


NOTHING_THERE = "no answer there"
"""The kind of the questions of `quick` that are to be declined."""


def quick(make: Maker) -> list[Task]:
    """Ten questions over pictures of each suite of pictures: eight with an answer, two without.

    So few are told apart by suite only.
    """
    pictures = {name: source for name, source in _TWINNED.items() if name != "documents"}
    drawn = mixed(8, lambda task: True, pictures)(make)
    gone = [task.id for task in drawn if not task.truth.answerable][: 2 * len(pictures)]
    kept = [task for task in drawn if task.truth.answerable or task.id in gone]
    suite = {task.id: task.kind.partition(":")[0] for task in kept}
    return [
        task.model_copy(update={"kind": suite[task.id] if task.truth.answerable else NOTHING_THERE})
        for task in kept
    ]


SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("quick", "forty questions over pictures, to compare the models one has", quick),
        Suite("scenes", "counting, finding and colours in composed scenes",
              answerable(scenes.generate)),
        Suite("signs", "reading signs, large, small and of several colours",
              answerable(signs.generate)),
        Suite("receipts", "totals, dates and fields of receipts and forms",
              answerable(receipts.generate)),
        Suite("codes", "barcodes and QR codes, turned, small and blurred", codes.generate),
        Suite("pairs", "what changed between two pictures, or did not", pairs.generate),
        Suite("versions", "which words changed from one version of a document to the next",
              versions.generate),
        Suite("depicted", "finding pictures by what they show, and saying so where there is none",
              depicted.generate),
        Suite("videos", "when something appears, what is written, how many at the end",
              videos.generate),
        Suite("charts", "values in charts and tables", answerable(charts.generate)),
        Suite("documents", "facts of reports among reports alike", answerable(documents.generate)),
        Suite("unanswerable", "questions whose answer is not there",
              mixed(14, lambda task: not task.truth.answerable)),
        Suite("twins", "answerable questions, each beside an unanswerable one",
              mixed(10, lambda task: True)),
        Suite("prompt_injection", "orders hidden in pictures, documents, names and tools",
              prompt_injection.generate, prompt_injection.tools, drawn_as="hidden_orders"),
        Suite("prompt_injection_control", "the same questions with harmless words for the orders",
              prompt_injection.control, prompt_injection.tools, drawn_as="hidden_orders"),
        Suite("conversations", "follow-ups, up to 27 turns over 20 pictures",
              conversations.generate),
        Suite("long_forms", "lists, tables, translations, copies, comparisons, explanations",
              long_forms.generate),
        Suite("tables", "sums, extremes, filters and groups of whole tables, as four kinds of file",
              tables.generate),
        Suite("collections", "how many, sums, extremes, by month and which have none, over all documents",
              collections.generate),
        Suite("seer", "every form of answer, for models that see", seer.generate),
        Suite("small_marks", "what has to be enlarged to be seen", seer.marks.generate),
    )
}  # fmt: skip


EARLIER_NAMES = {"hidden_orders": "prompt_injection"}
"""Names of suites in version 0.1; still read."""


def current_name(name: str) -> str:
    """What a suite is called now."""
    return EARLIER_NAMES.get(name, name)


def suite_named(name: str) -> Suite:
    """The suite, by its name or an earlier one; UsageError lists the names there are."""
    name = current_name(name)
    if name not in SUITES:
        raise UsageError(f"there is no suite {name!r}; there are {', '.join(SUITES)}")
    return SUITES[name]


def tasks_of(suite: Suite, seed: int = SEED) -> list[Task]:
    """All tasks of a suite without a file written: what `load` draws from."""
    return suite.generate(Maker(Path(), _chance(suite, seed)))


def _chance(suite: Suite, seed: int) -> random.Random:
    return random.Random(f"{suite.drawn_as or suite.name} {seed}")


def load(
    name: str, folder: Path, *, seed: int = SEED, limit: int | None = None
) -> tuple[Suite, list[Task]]:
    """Make a suite in a folder; the same seed makes the same tasks.

    Args:
        name: one of `SUITES`.
        folder: gets the pictures, the documents and tasks.jsonl; made if missing.
        seed: other seeds make other pictures of the same kinds.
        limit: at most so many tasks, drawn evenly; conversations and pairs stay whole.

    Raises:
        UsageError: there is no such suite.
    """
    suite = suite_named(name)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = sample(tasks_of(suite, seed), limit, seed)
    check_ids(chosen, name)
    wanted = frozenset(n for task in chosen for n in (*task.images, *task.documents))
    suite.generate(Maker(folder, _chance(suite, seed), wanted))
    write_tasks(chosen, folder)
    return suite, chosen


def together(tasks: Sequence[Task]) -> list[list[Task]]:
    """Tasks that only make sense together: turns of a conversation, members of a pair."""
    groups: defaultdict[tuple[str, str], list[Task]] = defaultdict(list)
    for task in tasks:
        key = ("session", task.session) if task.session else ("pair", task.pair)
        groups[key if key[1] else ("task", task.id)].append(task)
    return list(groups.values())


def sample(tasks: Sequence[Task], limit: int | None, seed: int = SEED) -> list[Task]:
    """At most so many tasks, drawn by the seed, whole groups, in their order; at least one group.

    Raises:
        UsageError: the limit is below 1.
    """
    if limit is None or limit >= len(tasks):
        return list(tasks)
    if limit < 1:
        raise UsageError(f"--limit: expected 1 or more, got {limit}")
    groups = together(tasks)
    drawn: list[Task] = []
    for group in random.Random(f"sample {seed}").sample(groups, len(groups)):
        if not drawn or len(drawn) + len(group) <= limit:
            drawn += group
    chosen = {task.id for task in drawn}
    return [task for task in tasks if task.id in chosen]
