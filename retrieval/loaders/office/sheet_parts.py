"""What a workbook says beside its cells: merged and hidden ones, formulas nobody computed, drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from .charts import chart_lines, drawn_words
from .flowing import FlowLine
from .parts import Package

__all__ = ["SheetParts", "sheet_parts"]

_MAIN = "xl/workbook.xml"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*>")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_ATTRIBUTE = re.compile(rb'\b(r|min|max|hidden)="(\w{1,7})"')
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\s[^<>]{0,60}?\br="([A-Z]{1,3})(\d{1,7})"[^<>]{0,200}>\s*+<(?:\w+:)?f\b[^<>]*(?:/>|>([^<]{0,500})</(?:\w+:)?f>)'
    rb"\s*+(?:(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v></(?:\w+:)?v>)\s*+)?</(?:\w+:)?c>"
)
_SCANNED = 128 * 2**20
"""Bytes of a sheet that are looked through for these."""
_MOST_MERGED = 50_000


@dataclass
class SheetParts:
    """Of one sheet; rows and columns count from 1.

    Attributes:
        state: "visible", "hidden" or "veryHidden".
        merged: first and last row, first and last column of cells that are one.
        hidden_rows, hidden_columns: those that are not shown.
        formulas: those without a value, by row and column.
        lines: charts, pictures, text boxes and comments, in that order.
    """

    state: str = "visible"
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    lines: list[FlowLine] = field(default_factory=list)

    @property
    def hidden(self) -> str:
        """What of the sheet is not shown, in words; "" where all is."""
        parts = []
        if self.hidden_rows:
            parts.append(f"rows {_ranges(self.hidden_rows)}")
        if self.hidden_columns:
            letters = (_letters(column) for column in self.hidden_columns[:50])
            parts.append(f"columns {', '.join(letters)}")
        return f"(hidden: {'; '.join(parts)})" if parts else ""


def sheet_parts(source: Path | BytesIO) -> tuple[dict[str, SheetParts], list[str]]:
    """By the names of the sheets; and which parts could not be read, with the reasons."""
    package = Package(source)
    found: dict[str, SheetParts] = {}
    try:
        relations = package.relations("")
        main = next((r.target for r in relations.values() if r.kind == "officeDocument"), _MAIN)
        root = package.xml(main)
        inside = package.relations(main)
        for sheet in root.iter() if root is not None else ():
            if not isinstance(sheet.tag, str) or not sheet.tag.endswith("}sheet"):
                continue
            one = SheetParts(sheet.get("state", "visible"))
            relation = inside.get(sheet.get(f"{_R}id", ""))
            if relation is not None and relation.target in package.names:
                _scan(package.data(relation.target) or b"", one)
                one.lines = list(_drawn(package, relation.target))
            found[sheet.get("name", "")] = one
        return found, list(dict.fromkeys(package.faults))
    finally:
        package.close()


def _scan(data: bytes, sheet: SheetParts) -> None:
    if len(data) > _SCANNED:
        return
    if b"mergeCell" in data:
        for found in _MERGED.finditer(data):
            a, top, b, bottom = found.groups()
            sheet.merged.append((int(top), int(bottom), _column(a), _column(b)))
            if len(sheet.merged) >= _MOST_MERGED:
                break
    if b"hidden=" in data:
        for tag in _HIDDEN_ROW.findall(data):
            known = dict(_ATTRIBUTE.findall(tag))
            if known.get(b"hidden") in (b"1", b"true") and known.get(b"r", b"").isdigit():
                sheet.hidden_rows.append(int(known[b"r"]))
        for tag in _HIDDEN_COLUMN.findall(data):
            known = dict(_ATTRIBUTE.findall(tag))
            if known.get(b"hidden") in (b"1", b"true"):
                first, last = int(known.get(b"min", b"1")), int(known.get(b"max", b"0"))
                sheet.hidden_columns += range(first, min(last, first + 200) + 1)
    if b"<f" in data or b":f>" in data:
        for column, row, formula in _UNCOMPUTED.findall(data):
            text = formula.decode("utf-8", "replace")
            sheet.formulas[int(row), _column(column)] = f"={text}" if text else "formula"


def _drawn(package: Package, part: str) -> Iterator[FlowLine]:
    """What lies over the cells of a sheet."""
    for relation in package.relations(part).values():
        if relation.kind == "drawing" and relation.target:
            yield from package.guarded(relation.target, _drawing, package, relation.target)
        elif relation.kind in ("comments", "threadedComment") and relation.target:
            root = package.xml(relation.target)
            for one in root.iter() if root is not None else ():
                if _local(one) in ("comment", "threadedComment") and one.get("ref"):
                    words = "".join(t.text or "" for t in one.iter() if _local(t) in ("t", "text"))
                    yield FlowLine(f"comment on {one.get('ref')}: {words}", begins=True)


def _drawing(package: Package, part: str) -> Iterator[FlowLine]:
    root = package.xml(part)
    relations = package.relations(part)
    for element in root.iter() if root is not None else ():
        tag = _local(element)
        name = element.get(f"{_R}id") or element.get(f"{_R}embed") or ""
        target = relations[name].target if name in relations else ""
        if tag == "txBody" and (words := drawn_words(element)):
            yield FlowLine(words, begins=True)
        elif tag == "chart" and target:
            chart = package.xml(target)
            if chart is not None:
                yield from package.guarded(target, chart_lines, chart)
        elif tag == "blip" and target and (data := package.data(target)):
            yield FlowLine("", picture=data)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _letters(number: int) -> str:
    out = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out


def _ranges(numbers: list[int]) -> str:
    """[3, 4, 5, 9] as "3-5, 9"; at most some of them."""
    out: list[list[int]] = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in out[:20]]
    return ", ".join(shown) + (", ..." if len(out) > 20 else "")
