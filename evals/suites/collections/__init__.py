"""Questions about all documents of a collection: how many, sums, extremes, by month, which have none."""

from __future__ import annotations

from ...task import Task
from ..maker import Maker
from .papers import papers
from .questions import questions, unanswerable

__all__ = ["generate"]


FOLDERS = ("north", "south")
"""Two offices, whose papers are asked about apart."""


def generate(make: Maker) -> list[Task]:
    """Twenty-four questions with an answer and six without, over each folder of papers."""
    tasks: list[Task] = []
    for folder in FOLDERS:
        made = papers(make.rng)
        files = tuple(make.file(paper.pdf(), f"{folder}/{paper.name}.pdf") for paper in made)
        asked = [*questions(made, files), *unanswerable(files)]
        tasks += [task.model_copy(update={"id": f"{folder}-{task.id}"}) for task in asked]
    return tasks
