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


def rows_in(many: str, paths: Iterable[str]) -> list[int]:
    """The rows of a list that there are; numbers of removed ones are left out."""
    return sorted({place.row for place in places_in(many, paths).values()})


def row_count(many: str, paths: Iterable[str]) -> int:
    """The number that the next row of a list gets."""
    return max(rows_in(many, paths), default=-1) + 1
