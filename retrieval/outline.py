"""The outline of a document: its headings, its figures and tables by caption, its printed page numbers.

Made from pages as the catalog keeps them, so that every index has it, those of earlier versions too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..schema import Box
from .pages import Page, PageLine

__all__ = ["Caption", "DocumentOutline", "Section", "outline_of"]

CaptionKind = Literal["figure", "table"]
_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d{1,3}(?:[.-]\d{1,3}){0,2}[a-z]?"
_LABEL = (
    r"(?:(?P<figure>fig(?:ure|ura)?s?|abb(?:ildung)?|chart|graph|diagram|graphique|gráfico|图|圖|図"
    r"|рис(?:унок)?)|(?P<table>tab(?:le|elle|leau|la|ella)?|tabulka|表|таблица))"
    rf"[.\s]{{0,3}}(?P<number>{_NUMBER})"
)
_CAPTION = re.compile(
    rf"^\W{{0,3}}{_LABEL}(?P<rest>[.:：)\s–—-].{{0,300}}|$)",
    re.IGNORECASE,
)
_MENTION = re.compile(rf"(?:(?<!\w)|(?=[图圖図表])){_LABEL}(?![a-z\d%])", re.IGNORECASE)
_LONGEST_TITLE = 200
_PRINTED = re.compile(r"(?<![\w.,/])(\d{1,4}|[ivxl]{1,7})(?![\w/]|[.,]\d)")
_FEWEST_ALIKE = 3
"""Pages on which the printed number must run along with the pages to be believed."""
_EDGE_LINES = 2
_FEW_HEADINGS = 2
_MOSTLY = 0.34
"""Share of a page's lines from which its headings are none."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the pages it rules: `page` to `last_page`, 1-based."""

    title: str
    level: int
    page: int
    last_page: int


@dataclass(frozen=True, slots=True)
class Caption:
    """A figure or table by its caption: "Figure 3: Revenue by region"."""

    kind: CaptionKind
    number: str
    text: str
    page: int
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentOutline:
    """What a reader sees in a table of contents.

    Attributes:
        labels: by page, the number that is printed on it, where that is not its place.
        pages: how many there are.
    """

    pages: int
    sections: tuple[Section, ...] = ()
    captions: tuple[Caption, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)

    def labelled(self, label: str) -> tuple[int, ...]:
        """The pages on which a number is printed."""
        return tuple(page for page, printed in self.labels.items() if printed == label.lower())

    def mentioned(self, text: str) -> tuple[Caption, ...]:
        """The figures and tables that a text names by their numbers: "Table 1-1", "fig. 3"."""
        named = {(_kind(m), m["number"].lower()) for m in _MENTION.finditer(text)}
        return tuple(c for c in self.captions if (c.kind, c.number.lower()) in named)


def outline_of(pages: Iterable[Page]) -> DocumentOutline:
    """The outline of a document's pages, in order."""
    headings: list[tuple[str, int, int]] = []
    captions: dict[tuple[str, str], Caption] = {}
    printed: dict[int, set[str]] = {}
    last = 0
    outlined: tuple[str, ...] = ()
    for page in pages:
        last = page.number
        printed[page.number] = _printed(page)
        if page.section != outlined:
            headings += _opened(outlined, page)
            outlined = page.section
        for line in page.lines:
            for caption in _captions(page, line, page.text[line.start : line.end]):
                captions.setdefault((caption.kind, caption.number.lower()), caption)
        headings += _headings(page)
    return DocumentOutline(
        pages=last,
        sections=_sections(headings, last),
        captions=tuple(captions.values()),
        labels=_labels(printed),
    )


def _headings(page: Page) -> list[tuple[str, int, int]]:
    """The headings of a page with their levels; the lines of one that is broken are joined.

    A page that is mostly headings is a form or a slide of slogans: its first two stand for it.
    """
    joined: list[tuple[list[str], int]] = []
    before: PageLine | None = None
    for line in page.lines:
        text = page.text[line.start : line.end]
        if line.kind != "heading" or _CAPTION.match(text):
            before = None
            continue
        if before is not None and before.level == line.level and not line.begins:
            joined[-1][0].append(text)
        else:
            joined.append(([text], line.level))
        before = line
    if len(joined) > max(_FEW_HEADINGS, len(page.lines) * _MOSTLY):
        joined = joined[:_FEW_HEADINGS]
    titles = ((" ".join(texts), level) for texts, level in joined)
    return [(t, level, page.number) for t, level in titles if len(t) <= _LONGEST_TITLE]


def _opened(before: Sequence[str], page: Page) -> list[tuple[str, int, int]]:
    """Headings of the document's own outline that begin before this page's first word."""
    alike = next(
        (n for n, pair in enumerate(zip(before, page.section, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(page.section)),
    )
    new = page.section[alike:]
    return [(title, alike + n + 1, page.number) for n, title in enumerate(new) if title]


def _captions(page: Page, line: PageLine, text: str) -> list[Caption]:
    """The caption that a line begins with; a sentence that mentions a figure has words before it.

    Those of figures that stand side by side are one line: "Fig. 1.   Fig. 2."
    """
    match = _CAPTION.match(text[: _LONGEST_TITLE * 2])
    if match is None or line.kind == "furniture":
        return []
    rest = match["rest"].strip(" .:：)–—-")
    if rest[:1].islower() and not match["rest"].startswith((":", "：", ".", ")")):
        return []  # "Figure 3 shows ..." is a sentence
    words = " ".join(text.split())[:_LONGEST_TITLE]
    only_labels = not any(map(str.isalnum, _MENTION.sub("", words)))
    labels = list(_MENTION.finditer(words)) if only_labels else [match]
    boxes = page.boxes_of(line.start, line.end)
    return [Caption(_kind(m), m["number"], words, page.number, boxes) for m in labels]


def _kind(match: re.Match[str]) -> CaptionKind:
    return "figure" if match["figure"] else "table"


def _sections(headings: Sequence[tuple[str, int, int]], pages: int) -> tuple[Section, ...]:
    """Headings with the pages they rule: up to the next of their level or above.

    One that comes again before any other goes on: slides bear the title of their chapter.
    """
    headings = [
        heading
        for n, heading in enumerate(headings)
        if not n or _same_heading(headings[n - 1]) != _same_heading(heading)
    ]
    made: list[Section] = []
    seen: set[tuple[str, int]] = set()
    for n, (title, level, page) in enumerate(headings):
        if (key := (title.casefold(), page)) in seen:
            continue
        seen.add(key)
        following = next((p for _, other, p in headings[n + 1 :] if other <= level), None)
        last = pages if following is None else max(page, following - 1)
        made.append(Section(title, level, page, last))
    return tuple(made)


def _same_heading(heading: tuple[str, int, int]) -> tuple[str, int]:
    return heading[0].casefold(), heading[1]


def _printed(page: Page) -> set[str]:
    """What may be the page's printed number: numbers of its first and last lines and running heads."""
    edges = {*page.lines[:_EDGE_LINES], *page.lines[-_EDGE_LINES:]}
    lines = [line for line in page.lines if line.kind == "furniture" or line in edges]
    texts = (page.text[line.start : line.end][:_LONGEST_TITLE].lower() for line in lines)
    return {number for text in texts for number in _PRINTED.findall(text)}


def _labels(printed: Mapping[int, set[str]]) -> dict[int, str]:
    """Printed numbers that run along with the pages; an offset that most pages agree on is believed."""
    votes = Counter(
        int(number) - page
        for page, numbers in printed.items()
        for number in numbers
        if number.isdigit()
    )
    labels: dict[int, str] = {}
    for offset, count in votes.most_common():
        if count < max(_FEWEST_ALIKE, len(printed) // 4):
            break
        for page, numbers in printed.items():
            if str(page + offset) in numbers:
                labels.setdefault(page, str(page + offset))
    return _filled(labels, printed) if labels else {}


def _filled(labels: dict[int, str], printed: Mapping[int, set[str]]) -> dict[int, str]:
    """Pages whose number is not printed take it from the page before; Roman ones stand for themselves."""
    filled: dict[int, str] = {}
    for page, numbers in printed.items():
        before = filled.get(page - 1, "")
        roman = sorted(n for n in numbers if not n.isdigit())
        if page in labels:
            filled[page] = labels[page]
        elif before.isdigit():
            filled[page] = str(int(before) + 1)
        elif roman:
            filled[page] = roman[0]
    return filled
