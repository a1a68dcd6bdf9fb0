"""Finding copies among the user's documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...control import Control
from ...errors import BadInput
from ...schema import Evidence, Source
from ..base import Tool, tool
from ..context import Context

if TYPE_CHECKING:
    from ...retrieval.duplicates import Duplicates
    from .search import DocumentSearch

FIND_DUPLICATES = "find_duplicates"

_MOST = 50
"""Groups of copies that are told; how many more there are is said."""
_SAME = {"bytes": "the same bytes", "look": "look the same"}
_SURE = 0.9
"""That pictures are copies which look the same; of the same bytes there is no doubt."""


@runtime_checkable
class FindsDuplicates(Protocol):
    """What is asked of an index that can compare its documents."""

    def duplicates(self, control: Control | None = None) -> tuple[list[Duplicates], list[str]]:
        """Groups of copies, and what could not be looked at, each with the reason."""
        ...


def duplicates_tool(index: FindsDuplicates, documents: DocumentSearch) -> Tool:
    """The tool `find_duplicates`."""

    @tool(name=FIND_DUPLICATES, title="Looking for copies", done="looked for copies")
    def find_duplicates(context: Context) -> list[Evidence]:
        """Find files of the same bytes, and pictures that look the same, among the user's documents."""
        groups, failed = index.duplicates(context.control)
        told = groups[:_MOST]
        text = _in_words(groups, failed, len(documents.index))
        sure = _SURE if any(group.same == "look" for group in groups) else 1.0
        summary = Evidence(kind="value", text=text, score=sure)
        return [summary, *(_copy(name, documents) for group in told for name in group.names)]

    return find_duplicates


def _in_words(groups: Sequence[Duplicates], failed: Sequence[str], count: int) -> str:
    """The groups, one a line, and what could not be looked at."""
    lines = [f"{len(groups)} group{'' if len(groups) == 1 else 's'} of copies:"]
    if not groups:
        lines = [f"No copies among {count} document{'' if count == 1 else 's'}."]
    lines += [f"- {', '.join(group.names)} ({_SAME[group.same]})" for group in groups[:_MOST]]
    if len(groups) > _MOST:
        lines.append(f"- and {len(groups) - _MOST} more")
    lines += [f"Not looked at: {reason}" for reason in failed]
    return "\n".join(lines)


def _copy(name: str, documents: DocumentSearch) -> Evidence:
    """One of the copies, by its first page."""
    source = Source(document=name, page=1, name=name)
    return Evidence(kind="image", text=_first_page(name, documents), source=source)


def _first_page(name: str, documents: DocumentSearch) -> str:
    try:
        return documents.index.page(name, 1).text
    except BadInput:  # removed meanwhile, or a document without pages
        return ""
