"""Questions for a model that sees: every form of answer, over pictures whose truth is known.

shapes.py    coloured shapes to count, describe and compare
people.py    people with and without hats
bills.py     receipts, alone and three at a time
pages.py     notices to read, translate, explain and summarise
drawings.py  charts, filled-in forms, flow charts
marks.py     what is too small to see without a closer look
dialogs.py   conversations
"""

from __future__ import annotations

from ...task import Task
from ..maker import Maker
from . import bills, dialogs, drawings, marks, pages, people, shapes

__all__ = ["generate"]


def generate(make: Maker) -> list[Task]:
    """All tasks; `kind` is the form of the answer."""
    parts = (shapes, people, bills, pages, drawings)
    made = [task for part in parts for task in part.generate(make)]
    return [*made, *marks.of_each_sort(make, marks.FEW), *dialogs.generate(make)]
