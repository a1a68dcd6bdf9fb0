"""OpenDocument texts, sheets and presentations as lines (ODF 1.3), with notes, comments and spans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...text.marks import marked_text
from .charts import chart_lines
from .flowing import FlowLine
from .grid import GridCell, filled_rows, table_lines
from .parts import Package

__all__ = ["OpenDocument"]

_GONE = frozenset(
    ("tracked-changes", "deletion", "sequence-decls", "forms", "variable-decls", "desc")
)
_BLOCKS = frozenset(("p", "h", "list", "table", "section", "index-body", "frame", "note"))
_MOST_REPEATED = 50
"""Times a cell or row that repeats is told; sheets end with a million empty ones."""


class OpenDocument:
    """An OpenDocument file.

    Args:
        path: of a checked package.

    Attributes:
        kind: "text", "spreadsheet" or "presentation".
        title, date: what it says about itself.
    """

    def __init__(self, path: Path) -> None:
        self._package = Package(path)
        try:
            root = self._package.xml("content.xml")
            if root is None:
                raise ValueError(self._package.faults[-1])
            body = next((x for x in root if _name(x) == "body"), root)
            self._body = next(iter(body), body)
            self.kind = _name(self._body)
            self._raised = dict(_raised(root))
            styles = (
                self._package.xml("styles.xml") if "styles.xml" in self._package.names else None
            )
            self._styles = styles
            if styles is not None:
                self._raised |= dict(_raised(styles))
            self.title, self.date = self._about()
        except BaseException:
            self._package.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()

    def _about(self) -> tuple[str, str]:
        root = self._package.xml("meta.xml") if "meta.xml" in self._package.names else None
        found = {_name(x): (x.text or "") for x in root.iter()} if root is not None else {}
        return found.get("title", ""), found.get("creation-date", "")

    def parts(self) -> Iterator[tuple[str, list[FlowLine]]]:
        """Name and lines of each sheet or slide; one without a name for a text."""
        if self.kind not in ("spreadsheet", "presentation"):
            heads, feet = self._margins("header"), self._margins("footer")
            yield "", [*heads, *self.blocks(self._body), *feet, *self._faults()]
            return
        for one in self._body:
            if _name(one) in ("table", "page"):
                lines = self.blocks(one) if _name(one) == "page" else self.table(one)
                name = one.get(_attribute(one, "name"), "")
                hidden = " (hidden)" if self._is_hidden(one) else ""
                yield name + hidden, lines
        if self._faults():
            yield "", self._faults()

    def _is_hidden(self, element: Any) -> bool:
        style = element.get(_attribute(element, "style-name"), "")
        root = self._body.getroottree().getroot()
        for one in root.iter():
            if _name(one) == "style" and one.get(_attribute(one, "name")) == style:
                return any(x.get(_attribute(x, "display")) == "false" for x in one)
        return False

    def _faults(self) -> list[FlowLine]:
        return [FlowLine(f"(not read: {fault})", begins=True) for fault in self._package.faults]

    def _margins(self, kind: str) -> list[FlowLine]:
        found: dict[str, FlowLine] = {}
        for one in self._styles.iter() if self._styles is not None else ():
            if _name(one) == kind:
                for line in self.blocks(one):
                    if line.text.strip() and line.picture is None:
                        text = f"{kind}: {line.text}"
                        found.setdefault(text, FlowLine(text, begins=True))
        return list(found.values())

    def blocks(self, parent: Any, depth: int = 0) -> list[FlowLine]:
        """The lines of everything in an element."""
        lines: list[FlowLine] = []
        for element in parent:
            name = _name(element)
            if name in _GONE or depth > 60:
                continue
            if name in ("p", "h"):
                lines += self.paragraph(element, depth)
            elif name == "table":
                lines += self.table(element, depth)
            elif name == "list":
                lines += self.items(element, depth)
            elif name in ("image", "object"):
                lines += self.drawn(element)
            elif name == "notes":
                lines += self.blocks(element, depth + 1)
            elif name == "annotation":
                lines.append(self.comment(element, depth))
            else:
                lines += self.blocks(element, depth + 1)
        return lines

    def items(self, element: Any, depth: int, above: str = "") -> list[FlowLine]:
        lines: list[FlowLine] = []
        number = 0
        for item in element:
            if _name(item) not in ("list-item", "list-header"):
                continue
            number += 1
            lines += self.blocks(item, depth + 1)
        return lines

    def paragraph(self, element: Any, depth: int) -> list[FlowLine]:
        behind: list[FlowLine] = []
        text = marked_text(list(self.pieces(element, 0, behind, depth)))
        level = (
            element.get(_attribute(element, "outline-level"), "") if _name(element) == "h" else ""
        )
        lines = []
        for at, part in enumerate(text.split("\n")):
            part = " ".join(part.split())
            if part and level.isdecimal() and at == 0:
                lines.append(FlowLine(part, "heading", min(int(level), 9), begins=True))
            elif part:
                lines.append(FlowLine(part, begins=at == 0))
        return lines + behind

    def pieces(
        self, parent: Any, height: int, behind: list[FlowLine], depth: int
    ) -> Iterator[tuple[int, str]]:
        """The letters of a paragraph with their heights; what hangs on them goes behind it."""
        if parent.text:
            yield height, parent.text
        for element in parent:
            name = _name(element)
            if name == "s":
                count = element.get(_attribute(element, "c"), "1")
                yield 0, " " * min(int(count) if count.isdecimal() else 1, 100)
            elif name == "tab":
                yield 0, "\t"
            elif name == "line-break":
                yield 0, "\n"
            elif name == "note":
                cite = "".join(x.text or "" for x in element if _name(x) == "note-citation")
                body = next((x for x in element if _name(x) == "note-body"), None)
                words = (
                    " ".join(x.text for x in self.blocks(body, depth + 1))
                    if body is not None
                    else ""
                )
                kind = element.get(_attribute(element, "note-class"), "footnote")
                behind.append(FlowLine(f"{kind} {cite}: {words}", begins=True))
                yield 0, f" [{cite}]"
            elif name == "annotation":
                behind.append(self.comment(element, depth))
            elif name in _GONE or name == "annotation-end":
                pass
            elif name in ("frame", "custom-shape", "object", "image"):
                behind += self.blocks([element], depth + 1)
            elif depth < 60:
                style = element.get(_attribute(element, "style-name"), "")
                yield from self.pieces(element, self._raised.get(style, height), behind, depth + 1)
            if element.tail:
                yield height, element.tail

    def comment(self, element: Any, depth: int) -> FlowLine:
        author = "".join(x.text or "" for x in element if _name(x) == "creator")
        words = " ".join(
            x.text for x in self.blocks([y for y in element if _name(y) in _BLOCKS], depth + 1)
        )
        by = f" by {author}" if author else ""
        return FlowLine(f"comment{by}: {words}", begins=True)

    def drawn(self, element: Any) -> Iterator[FlowLine]:
        """A picture, or a chart that is a document of its own."""
        target = element.get(_attribute(element, "href"), "").removeprefix("./").rstrip("/")
        if not target or "://" in target:
            return
        if _name(element) == "image" and not target.startswith("ObjectReplacements"):
            data = self._package.data(target)
            if data:
                yield FlowLine("", picture=data)
        elif _name(element) == "object" and f"{target}/content.xml" in self._package.names:
            root = self._package.xml(f"{target}/content.xml")
            if root is not None:
                tables = (x for x in root.iter() if _name(x) == "table")
                for table in tables:
                    yield from self.table(table)
                yield from chart_lines(root)

    def table(self, element: Any, depth: int = 0) -> list[FlowLine]:
        rows: list[list[GridCell]] = []
        besides: list[FlowLine] = []
        for row in _rows(element):
            cells: list[GridCell] = []
            for cell in row:
                if _name(cell) == "covered-table-cell":
                    continue
                if _name(cell) != "table-cell":
                    continue
                lines = self.blocks(cell, depth + 1)
                text = " ".join(x.text for x in lines if x.kind != "row")
                text = text or self._value(cell)
                besides += [x for x in lines if x.kind == "row" or x.picture is not None]
                one = GridCell(
                    text,
                    _whole(cell.get(_attribute(cell, "number-rows-spanned"))),
                    _whole(cell.get(_attribute(cell, "number-columns-spanned"))),
                )
                times = _whole(cell.get(_attribute(cell, "number-columns-repeated")))
                cells += [one] * min(times, _MOST_REPEATED if text else 200)
            while cells and not cells[-1].text and cells[-1].rows == 1:
                cells.pop()
            times = _whole(row.get(_attribute(row, "number-rows-repeated")))
            rows += [cells] * (min(times, _MOST_REPEATED) if cells else 1)
        return [*table_lines(filled_rows(rows)), *besides]

    def _value(self, cell: Any) -> str:
        """The value of a cell without text: a formula nobody computed, or a bare number."""
        value: str = cell.get(_attribute(cell, "value"), "")
        formula = cell.get(_attribute(cell, "formula"), "")
        return value or (f"{formula.removeprefix('of:')} (not computed)" if formula else "")


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if _name(child) == "table-row":
            yield child
        elif _name(child) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(child)


def _raised(root: Any) -> Iterator[tuple[str, int]]:
    """Styles of letters that are raised or lowered."""
    for style in root.iter():
        if _name(style) != "style":
            continue
        for look in style:
            place = look.get(_attribute(look, "text-position"), "") if _name(look) else ""
            first = place.split(" ")[0]
            if first and first not in ("0%", "0"):
                yield (
                    style.get(_attribute(style, "name"), ""),
                    -1 if first[0] in "-s" and first != "super" else 1,
                )


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: Any, name: str) -> str:
    """The full name of an attribute by its last part."""
    return next((key for key in element.attrib if key.rpartition("}")[2] == name), name)


def _whole(text: str | None) -> int:
    return max(1, min(int(text), 100_000)) if text and text.isdecimal() else 1
