"""Paths of values in the lists of a record: `lines[2].amount`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_PATH = re.compile(r"(.+)\[(\d+)\](?:\.(.+))?")


class ListPath(NamedTuple):
    """A value of a list by its place.

    Attributes:
        many: path of the list.
        row: 0 is the first.
        column: "" of a list whose rows are one value each.
    """

    many: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        return f"{self.many}[{self.row}]" + (f".{self.column}" if self.column else "")


def list_path(path: str) -> ListPath | None:
    """The list, row and column of a path; None for a field that stands once."""
    found = _PATH.fullmatch(path)
    return ListPath(found[1], int(found[2]), found[3] or "") if found else None


def places_in(many: str, paths: Iterable[str]) -> dict[str, ListPath]:
    """Of some paths those that lie in a list, with their places."""
    placed = ((path, list_path(path)) for path in paths)
    return {path: place for path, place in placed if place is not None and place.many == many}


def row_count(many: str, paths: Iterable[str]) -> int:
    """How many rows of a list there are."""
    return max((place.row + 1 for place in places_in(many, paths).values()), default=0)
