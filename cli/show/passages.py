"""Pages and what a search found in them, with the words that are asked for in bold."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ...media.clock import with_place
from ...schema import Passage
from .text import literal, one_line

if TYPE_CHECKING:
    from ...retrieval.catalog.highlight import Highlighter
    from ...retrieval.pages import Page


def show_page(name: str, page: Page, marker: Highlighter, console: Console) -> None:
    """The text of a page, with the words that are asked for in bold."""
    label = f" · {page.label}" if page.label else ""
    console.print(literal(one_line(f"{name}, page {page.number}{label}"), "dim"))
    console.print(marked(page.text or "(no text)", marker))


def marked(text: str, marker: Highlighter) -> Text:
    """Text from outside with the words that are asked for in bold."""
    shown = literal(text)  # as long as it was: control characters are replaced one by one
    for start, end in marker.spans(text):
        shown.stylize("bold yellow", start, end)
    return shown


def show_passages(passages: Sequence[Passage], marker: Highlighter, console: Console) -> None:
    """What a search found, the best first, each with the lines around the words asked for."""
    if not passages:
        console.print("nothing found")
    for number, found in enumerate(passages, start=1):
        head = literal(one_line(f"{number}. {with_place(found.document, found)}"), "bold")
        how = f" ({found.score:.2f}, {' + '.join(found.found_by)})"
        console.print(head.append_text(literal(how, "not bold dim")))
        lines = telling_lines(found.text, marker)
        heading = " > ".join(h for h in found.heading if h not in lines)
        if heading:
            console.print(literal(f"   {one_line(heading)}", "dim"))
        for line in lines:
            console.print(literal("   ").append_text(marked(line, marker)))
        if number < len(passages):
            console.print()


def telling_lines(text: str, marker: Highlighter, lines: int = 3, width: int = 140) -> list[str]:
    """Neighbouring lines of a text: those with most of the words asked for, best in their middle."""
    parts = [one_line(p) for x in text.splitlines() for p in textwrap.wrap(x, width)]
    stems = [{stem for _, _, stem in marker.found(part)} for part in parts]
    windows = range(max(1, len(parts) - lines + 1))

    def worth(at: int) -> tuple[int, int]:
        window = stems[at : at + lines]
        return len(set().union(*window)), len(set().union(*window[lines // 2 : lines // 2 + 1]))

    best = max(windows, key=worth)
    return parts[best : best + lines]
