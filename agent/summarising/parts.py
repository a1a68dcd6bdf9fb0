"""The parts that a document is summed up by: its sections, or stretches of pages where it has none."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...retrieval.outline import Section
from ...retrieval.pages import Page
from .units import Unit, telling, units_of

_FEWEST, _MOST = 3, 24
"""Parts of a document: fewer headings than the first are no outline, more than the second are joined."""
_LONGEST = 6
"""Pages of a part; a longer section is cut, for the sake of what stands deep in it."""
_TITLE_BEGINS = 24
"""Letters by which a heading is found on its page: the rest may stand on another line."""

_Place = tuple[int, int]
"""A page and a character on it."""
_Heading = tuple[_Place, str]
"""Where a heading stands, and its words."""


class DocumentPart(NamedTuple):
    """A stretch of a document with the sentences that stand in it."""

    title: str
    first: int
    last: int
    units: tuple[Unit, ...]


def parts_of(
    pages: Mapping[int, Page], sections: Sequence[Section], units: Sequence[Unit]
) -> list[DocumentPart]:
    """The parts of a document or a section, in order, without those in which nothing is said.

    Args:
        pages: by number.
        sections: of the document's outline.
        units: what is said there.
    """
    if not units:
        return []
    first, last = _place(units[0]), _place(units[-1])
    headings = sorted((heading_place(s, pages), s.title) for s in sections)
    inside = [s for s in sections if first[0] <= s.page and heading_place(s, pages) <= last]
    starts = [(heading_place(s, pages), s.title) for s in _topmost(inside)]
    if not starts or min(starts)[0] > first:
        starts.append(((first[0], 0), ""))
    longest = max(_LONGEST, -(-(last[0] - first[0] + 1) // _MOST))
    found = [
        part
        for title, begun in _stretches(units, sorted(starts))
        for part in _cut(title, begun, longest, headings)
    ]
    return _joined(found)


def _topmost(sections: Sequence[Section]) -> list[Section]:
    """The sections of the highest levels that are enough for an outline; none where they never are."""
    for level in sorted({section.level for section in sections}):
        found = [section for section in sections if section.level <= level]
        if len(found) >= _FEWEST:
            return found
    return []


def said_in(section: Section, sections: Sequence[Section], pages: Mapping[int, Page]) -> list[Unit]:
    """What is said in a section: below its heading, before the next of its level or above."""
    begin = heading_place(section, pages)
    later = (heading_place(s, pages) for s in sections if s.level <= section.level)
    end = min((place for place in later if place > begin), default=(section.last_page + 1, 0))
    return [unit for unit in units_of(pages.values()) if begin <= _place(unit) < end]


def heading_place(section: Section, pages: Mapping[int, Page]) -> _Place:
    """Where a heading stands."""
    page = pages.get(section.page)
    at = page.text.find(section.title[:_TITLE_BEGINS]) if page is not None else 0
    return section.page, max(0, at)


def _place(unit: Unit) -> _Place:
    return unit.page, unit.start


def _stretches(units: Sequence[Unit], starts: Sequence[_Heading]) -> list[tuple[str, list[Unit]]]:
    """The sentences between one heading and the next."""
    places = [place for place, _ in starts]
    found: list[tuple[str, list[Unit]]] = [(title, []) for _, title in starts]
    for unit in units:
        found[max(0, bisect.bisect_right(places, _place(unit)) - 1)][1].append(unit)
    return found


def _cut(
    title: str, units: Sequence[Unit], longest: int, headings: Sequence[_Heading]
) -> Iterator[DocumentPart]:
    """A section in stretches of so many pages; the later ones by the first heading that stands in them."""
    if not units:
        return
    first, last = units[0].page, units[-1].page
    count = -(-(last - first + 1) // longest)
    step = -(-(last - first + 1) // count)
    for begin in range(first, last + 1, step):
        inside = [unit for unit in units if begin <= unit.page < begin + step]
        if not inside:
            continue
        end = inside[-1].page, inside[-1].end
        own = [said for place, said in headings if (begin, 0) <= place < end]
        named = title if begin == first or not own else own[0]
        yield DocumentPart(named, inside[0].page, inside[-1].page, tuple(telling(inside)))


def _joined(parts: Sequence[DocumentPart]) -> list[DocumentPart]:
    """Neighbours put together, so that there are not too many."""
    size = -(-len(parts) // _MOST)
    groups = [parts[n : n + size] for n in range(0, len(parts), size)] if parts else []
    return [
        DocumentPart(
            _named(group),
            group[0].first,
            group[-1].last,
            tuple(unit for part in group for unit in part.units),
        )
        for group in groups
    ]


def _named(group: Sequence[DocumentPart]) -> str:
    """The headings of the first and the last of some parts."""
    titles = [part.title for part in group if part.title]
    return " – ".join(dict.fromkeys((titles[0], titles[-1]))) if titles else ""
