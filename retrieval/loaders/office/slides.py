"""Slides as pages: title, text, tables, charts, diagrams, pictures, comments and the speaker's notes.

A shape of an unknown kind, or a broken one, costs itself and is named.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from ...pages import Page
from ...text.marks import marked_text
from ..base import IllustratedPage
from .charts import chart_lines, drawn_words
from .flowing import FlowLine, page_of
from .grid import GridCell, filled_rows, table_lines

__all__ = ["slide_pages"]

_DEEPEST = 20
"""Groups within groups; deeper ones are no drawing of anybody's."""
_FILE_NAME = re.compile(r"[^\s/][^\n/]{0,200}\.[A-Za-z]{3,4}")
"""What programs put where a description belongs."""
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def slide_pages(presentation: Any, first: int) -> Generator[Page | IllustratedPage, None, None]:
    """Pages of a python-pptx presentation, from slide number `first` on."""
    for number, slide in enumerate(presentation.slides, 1):
        if number >= first:
            yield _page(number, slide)


def _page(number: int, slide: Any) -> Page | IllustratedPage:
    title = slide.shapes.title
    label = " ".join(title.text_frame.text.split()) if title is not None else ""
    lines = [FlowLine(label, "heading", 1, begins=True)] if label else []
    if slide._element.get("show") in ("0", "false"):
        lines.append(FlowLine("(hidden slide)", begins=True))
    others = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
    lines.extend(_shapes(others))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        lines.extend(_text(notes))
    lines.extend(_comments(slide))
    # A slide without a title does not stand under the title of the one before.
    return page_of(number, lines, label, section=() if label else (f"slide {number}",))


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[FlowLine]:
    """Lines of shapes in reading order: from the top, then from the left."""
    for shape in sorted(shapes, key=_place):
        if hasattr(shape, "shapes"):
            if depth < _DEEPEST:
                yield from _shapes(shape.shapes, depth + 1)
            continue
        try:
            yield from list(_shape(shape))
        except Exception as error:  # a part of an unknown kind must not cost the presentation
            reason = str(error) or type(error).__name__
            yield FlowLine(f"(not read: {shape.name}: {reason})", begins=True)


def _place(shape: Any) -> tuple[int, int]:
    try:
        return shape.top or 0, shape.left or 0
    except Exception:  # a placeholder whose layout is broken has no place
        return 0, 0


def _shape(shape: Any) -> Iterator[FlowLine]:
    if shape.has_text_frame:
        yield from _text(shape.text_frame)
    elif shape.has_table:
        yield from table_lines(filled_rows([list(map(_cell, row.cells)) for row in _spans(shape)]))
    elif shape.has_chart:
        yield from chart_lines(shape.chart._chartSpace)
    elif (data := _diagram(shape)) is not None:
        yield FlowLine(drawn_words(data), begins=True)
    else:
        about = shape._element._nvXxPr.cNvPr.get("descr", "")
        if about and not _FILE_NAME.fullmatch(about):
            yield FlowLine(about, begins=True)
        picture = _picture(shape)
        if picture is not None:
            yield FlowLine("", picture=picture)


def _spans(shape: Any) -> list[Any]:
    return list(shape.table.rows)


def _cell(cell: Any) -> GridCell:
    if cell.is_spanned:  # what it shows is said by the cell that covers it
        return GridCell(_origin_text(cell))
    lines = " ".join(line.text for line in _text(cell.text_frame))
    return GridCell(lines)


def _origin_text(cell: Any) -> str:
    """The text of the cell that covers a spanned one, if that lies above it and not to its left."""
    element = cell._tc
    if element.hMerge:
        return ""
    row = element.getparent()
    column = list(row.tc_lst).index(element)
    above = row.getprevious()
    while above is not None and hasattr(above, "tc_lst"):
        origin = above.tc_lst[column]
        if not origin.vMerge:
            return " ".join(t.text or "" for t in origin.iter() if str(t.tag).endswith("}t"))
        above = above.getprevious()
    return ""


def _text(frame: Any) -> Iterator[FlowLine]:
    for at, paragraph in enumerate(frame.paragraphs):
        raised = any(run.font._element.get("baseline") not in (None, "0") for run in paragraph.runs)
        text = paragraph.text
        if raised:
            text = marked_text([(_height(run), run.text) for run in paragraph.runs])
        yield FlowLine(text.replace("\v", " "), begins=at == 0)


def _height(run: Any) -> int:
    baseline = str(run.font._element.get("baseline") or "0").rstrip("%")
    return 0 if baseline in ("0", "") else -1 if baseline.startswith("-") else 1


def _picture(shape: Any) -> bytes | None:
    """The file of a picture that is in the presentation; None for other shapes and linked ones."""
    element = shape._element
    blip = next((one for one in element.iter() if str(one.tag).endswith("}blip")), None)
    name = blip.get(f"{_R}embed") if blip is not None else None
    if not name:
        return None
    data: bytes = shape.part.related_part(name).blob
    return data


def _diagram(shape: Any) -> Any:
    """The words of a diagram (SmartArt), as an XML tree; None for other shapes."""
    from lxml import etree

    found = next((one for one in shape._element.iter() if str(one.tag).endswith("}relIds")), None)
    name = found.get(f"{_R}dm") if found is not None else None
    if not name:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(shape.part.related_part(name).blob, parser)


def _comments(slide: Any) -> Iterator[FlowLine]:
    """What readers noted on a slide."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    for relation in slide.part.rels.values():
        if not relation.reltype.endswith("/comments") or relation.is_external:
            continue
        root = etree.fromstring(relation.target_part.blob, parser)
        for comment in root if root is not None else ():
            words = [t.text or "" for t in comment.iter() if str(t.tag).endswith(("}text", "}t"))]
            text = " ".join(" ".join(words).split())
            if text:
                yield FlowLine(f"comment: {text}", begins=True)
