"""Two versions of a document held against each other: which words changed, with page and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import ToolError
from ...schema import Box, Evidence, FoundDifference, Source
from ..base import Tool, tool
from ..comparing.reading import words_of
from ..comparing.words import ComparedWord, TextChange, in_one_line, text_changes

if TYPE_CHECKING:
    from .search import DocumentEntry, DocumentSearch

COMPARE_DOCUMENTS = "compare_documents"

_NO_TEXT = frozenset({"picture", "video"})
_MOST = 60
"""Changes that are told; how many more there are is said."""
_SAME = 0.4
"""Share of the words of the shorter one that the other has, too, from which both are one document."""
_WORDS = 24
"""Words of a change that are told; of more the first and the last."""


def comparable(entries: Sequence[DocumentEntry]) -> list[str]:
    """Names of the documents that are text."""
    return [entry.name for entry in entries if entry.type not in _NO_TEXT]


def two_versions(
    entries: Sequence[DocumentEntry], named: Sequence[str] = ()
) -> tuple[str, str] | None:
    """The two documents that a question can compare, the earlier first; None where it is not two.

    Args:
        entries: every document, in the order in which they came.
        named: those that the question names, in its order.
    """
    known = comparable(entries)
    names = [name for name in named if name in known] if named else known
    if len(names) != 2:
        return None
    dates = {entry.name: getattr(entry, "date", "") for entry in entries}
    first, second = names
    later = bool(dates[second]) and dates[first] > dates[second]
    return (second, first) if later and not named else (first, second)


def versions_tool(documents: DocumentSearch) -> Tool:
    """The tool `compare_documents`."""

    @tool(name=COMPARE_DOCUMENTS, title="Comparing the documents", done="compared the documents")
    def compare_documents(before: str, after: str) -> list[Evidence]:
        """Find every word that differs between two versions of a document.

        Args:
            before: Name of the earlier version.
            after: Name of the later version.
        """
        names = documents.named(before), documents.named(after)
        old, new = (words_of(documents.pages(name)) for name in names)
        changes = text_changes(old, new)
        gone = sum(len(change.before) for change in changes)
        come = sum(len(change.after) for change in changes)
        if min(len(old) - gone, len(new) - come) < _SAME * min(len(old), len(new)):
            raise ToolError(
                f"{names[0]} and {names[1]} are not two versions of one document", "not_found"
            )
        return _evidence(changes, names)

    return compare_documents


def _evidence(changes: Sequence[TextChange], names: tuple[str, str]) -> list[Evidence]:
    """The changes in words, and the later version, where they are, too."""
    count = len(changes)
    told = changes[:_MOST]
    head = f"{names[0]} and {names[1]}: "
    head += f"{count} change{'' if count == 1 else 's'}" if count else "no word changed"
    lines = [f"{number}. {in_words(change)}" for number, change in enumerate(told, 1)]
    more = [f"and {count - len(told)} more"] if count > len(told) else []
    old, new = (Source(document=name, name=name) for name in names)
    differences = tuple(
        FoundDifference(
            kind=change.kind,
            text=line,
            before=_said(change.before),
            after=_said(change.after),
            first=_boxes(change.before),
            second=_boxes(change.after),
            pages=change.pages,
        )
        for change, line in zip(told, lines, strict=True)
    )
    text = "\n".join([head + (":" if count else ""), *lines, *more])
    return [
        Evidence(kind="value", text=text, source=old, score=0.95, differences=differences),
        Evidence(kind="value", text="the later version", source=new, score=0.95),
    ]


def in_words(change: TextChange) -> str:
    """A change as one line: page, cell of a table, the words, and those around them."""
    pages = dict.fromkeys(page for page in change.pages if page is not None)
    where = f"page {' and '.join(map(str, pages))}" + (f", {change.cell}" if change.cell else "")
    short = change._replace(before=_short(change.before), after=_short(change.after))
    return f"{where}: {in_one_line(short)} ({change.context})"


def _short(words: tuple[ComparedWord, ...]) -> tuple[ComparedWord, ...]:
    if len(words) <= _WORDS:
        return words
    half = _WORDS // 2
    return (*words[:half], ComparedWord("…"), *words[-half:])


def _said(words: Sequence[ComparedWord]) -> str:
    return " ".join(word.text for word in words)


def _boxes(words: Sequence[ComparedWord]) -> tuple[Box, ...]:
    """Where words stand on the page of the first of them, those of one line as one box."""
    lines: list[list[Box]] = []
    for word in words:
        if word.box is None or word.page != words[0].page:
            continue
        last = lines[-1][-1] if lines else None
        if last is not None and last.y1 < word.box.center[1] < last.y2 and word.box.x1 >= last.x1:
            lines[-1].append(word.box)
        else:
            lines.append([word.box])
    return tuple(map(Box.around, lines))
