"""Lines of lists as a whole: added, removed, put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .....errors import BadInput
from .....schema import ExtractedField
from ..schemas.fields import ListSpec, RecordSpec
from ..schemas.paths import ListPath, list_path, row_count


def list_at(spec: RecordSpec, path: str) -> ListSpec:
    """The list of this path; BadInput where the records have none."""
    found = next((many for many in spec.lists if many.path == path), None)
    if found is None:
        raise BadInput(path, "is no list of these records")
    return found


def next_line(many: str, paths: Iterable[str]) -> str:
    """The path of a line behind all that there are, or were.

    Args:
        many: path of the list.
        paths: of values, and of lines that were added or removed.
    """
    return str(ListPath(many, row_count(many, paths)))


def columns_of(many: ListSpec, line: str) -> Iterator[tuple[str, str]]:
    """Each column of a line, with the path of its value."""
    for column in many.columns:
        yield column.path, line if many.plain else f"{line}.{column.path}"


def add_line(spec: RecordSpec, fields: dict[str, ExtractedField], line: str) -> None:
    """A line of which nothing is known yet; one that was read there meanwhile stays."""
    place = list_path(line)
    many = next((one for one in spec.lists if place and one.path == place.many), None)
    for _, path in columns_of(many, line) if many is not None else ():
        fields.setdefault(path, ExtractedField(path=path))


def remove_line(fields: dict[str, ExtractedField], line: str) -> None:
    """Take the values of a line out."""
    for path in [path for path in fields if in_line(path, line)]:
        del fields[path]


def values_of_line(fields: Mapping[str, ExtractedField], line: str) -> dict[str, Any]:
    """What was read in a line, by column; of one that people added nothing was."""
    return {
        path.removeprefix(line).removeprefix("."): field.value
        for path, field in fields.items()
        if in_line(path, line) and field.value is not None
    }


def in_line(path: str, line: str) -> bool:
    """Whether a value stands in a line."""
    return path == line or path.startswith(f"{line}.")
