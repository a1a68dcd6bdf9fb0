"""Word documents as lines, with all that belongs to them: numbers of lists, spanned and inner tables,
text boxes, footnotes, comments, headers and footers, pictures and charts.

What was deleted under tracked changes is not there, what was inserted is. A part that is broken, of an
unknown kind or outside the file costs itself and is named at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from ...text.marks import marked_text
from .charts import chart_lines, drawn_words
from .flowing import FlowLine
from .grid import GridCell, filled_rows, table_lines
from .numbering import Numbering
from .parts import Package, Relation

__all__ = ["word_lines"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MAIN = "word/document.xml"
_DEEPEST = 12
_GONE = frozenset(("del", "moveFrom", "instrText", "delText", "delInstrText", "Fallback", "rt"))
"""What is not read: deleted, moved away, the codes of fields, second versions, readings over letters."""
_TICKS = {"F0FE": "[x]", "F0FD": "[x]", "F052": "[x]", "F0A8": "[ ]", "F06F": "[ ]", "F0A3": "[ ]"}
"""Boxes of the fonts Wingdings, as they are typed into forms."""


def word_lines(source: Path | BytesIO) -> list[FlowLine]:
    """All lines of a Word document.

    Raises:
        ValueError: its main part cannot be read.
    """
    package = Package(source)
    try:
        main = next(
            (r.target for r in package.relations("").values() if r.kind == "officeDocument"), _MAIN
        )
        root = package.xml(main)
        if root is None:
            raise ValueError(package.faults[-1])
        return _Word(package, main).document(root)
    finally:
        package.close()


@dataclass
class _Style:
    name: str = ""
    based: str = ""
    level: int | None = None
    numbered: tuple[str, int] | None = None


@dataclass
class _Word:
    package: Package
    main: str
    relations: dict[str, Relation] = field(default_factory=dict)
    styles: dict[str, _Style] = field(default_factory=dict)
    notes: dict[tuple[str, str], Any] = field(default_factory=dict)
    behind: list[FlowLine] = field(default_factory=list)
    depth: int = 0

    def document(self, root: Any) -> list[FlowLine]:
        self.relations = self.package.relations(self.main)
        by_kind = {r.kind: r.target for r in self.relations.values() if r.target}
        if "styles" in by_kind:
            self._read_styles(self.package.xml(by_kind["styles"]))
        numbers = self.package.xml(by_kind["numbering"]) if "numbering" in by_kind else None
        self.numbering = Numbering(numbers, _W)
        for kind, tag in (
            ("footnotes", "footnote"),
            ("endnotes", "endnote"),
            ("comments", "comment"),
        ):
            part = self.package.xml(by_kind[kind]) if kind in by_kind else None
            for one in part.iter(_W + tag) if part is not None else ():
                self.notes[tag, one.get(f"{_W}id", "")] = one
        body = root.find(f"{_W}body")
        lines = self.blocks(body if body is not None else root)
        heads, feet = self.margins("header"), self.margins("footer")
        faults = [
            FlowLine(f"(not read: {fault})", begins=True)
            for fault in dict.fromkeys(self.package.faults)
        ]
        return [*heads, *lines, *feet, *faults]

    def margins(self, kind: str) -> list[FlowLine]:
        """The headers (or footers) of all sections, each once."""
        found: dict[str, FlowLine] = {}
        own = self.relations
        for relation in own.values():
            if relation.kind != kind or not relation.target:
                continue
            root = self.package.xml(relation.target)
            if root is None:
                continue
            self.relations = self.package.relations(relation.target)
            for line in self.blocks(root):
                if line.text.strip() and line.picture is None:
                    text = f"{kind}: {line.text}"
                    found.setdefault(text, FlowLine(text, begins=True))
        self.relations = own
        return list(found.values())

    def _read_styles(self, root: Any) -> None:
        for one in root.iter(f"{_W}style") if root is not None else ():
            style = _Style(_value(one, "name").lower(), _value(one, "basedOn"))
            properties = one.find(f"{_W}pPr")
            if properties is not None:
                style.level = _level(properties)
                style.numbered = _numbered(properties)
            self.styles[one.get(f"{_W}styleId", "")] = style

    def chain(self, name: str) -> Iterator[_Style]:
        """A style and those it is based on."""
        for _ in range(20):
            style = self.styles.get(name)
            if style is None:
                return
            yield style
            name = style.based

    # blocks

    def blocks(self, parent: Any) -> list[FlowLine]:
        """The lines of everything in a part, cell, note or box."""
        lines: list[FlowLine] = []
        waiting = [iter(parent)]
        while waiting:
            element = next(waiting[-1], None)
            if element is None:
                waiting.pop()
                continue
            match _local(element):
                case "p":
                    lines += self.paragraph(element)
                case "tbl":
                    lines += self.table(element)
                case "sectPr" | "pPr" | "tcPr" | "sdtPr":
                    pass
                case tag if tag not in _GONE and len(waiting) < 60:
                    waiting.append(iter(element))
        return lines

    def paragraph(self, element: Any) -> list[FlowLine]:
        properties = element.find(f"{_W}pPr")
        outer, self.behind = self.behind, []
        text = marked_text(list(self.pieces(element)))
        behind, self.behind = self.behind, outer
        name = _value(properties, "pStyle") if properties is not None else ""
        level = self.level(name, properties)
        numbered = _numbered(properties) if properties is not None else None
        if numbered is None:
            numbered = next((s.numbered for s in self.chain(name) if s.numbered), None)
        marker = ""
        if numbered and numbered[0] != "0" and text.strip():
            marker = self.numbering.marker(*numbered)
        lines = []
        for at, part in enumerate(text.split("\n")):
            part = marker + " ".join(part.split()) if at == 0 else " ".join(part.split())
            if part.strip() and level:
                lines.append(FlowLine(part, "heading", level, begins=True))
            elif part.strip():
                lines.append(FlowLine(part, begins=at == 0))
        return lines + behind

    def level(self, name: str, properties: Any) -> int:
        """The level of a heading, 0 for other paragraphs."""
        own = _level(properties) if properties is not None else None
        if own is not None:
            return own
        for style in self.chain(name):
            if style.name == "title":
                return 1
            if style.name == "subtitle":
                return 2
            if style.name.startswith("heading ") and style.name[8:].isdecimal():
                return min(int(style.name[8:]), 9)
            if style.level is not None:
                return style.level
        return 0

    def pieces(self, parent: Any, height: int = 0, depth: int = 0) -> Iterator[tuple[int, str]]:
        """The letters of a paragraph with their heights; what hangs on them waits behind it."""
        for element in parent:
            tag = _local(element)
            if tag in _GONE or depth > 40:
                continue
            match tag:
                case "t":
                    yield height, element.text or ""
                case "tab" | "ptab":
                    if _local(parent) == "r":
                        yield 0, "\t"
                case "br" | "cr":
                    yield 0, "\n" if element.get(f"{_W}type") in (None, "textWrapping") else " "
                case "noBreakHyphen":
                    yield height, "-"
                case "sym":
                    yield 0, _TICKS.get(element.get(f"{_W}char", "").upper(), "")
                case "checkBox":
                    checked = element.find(f"{_W}checked")
                    checked = element.find(f"{_W}default") if checked is None else checked
                    on = checked is not None and checked.get(f"{_W}val") not in ("0", "false")
                    yield 0, "[x] " if on else "[ ] "
                case "footnoteReference" | "endnoteReference":
                    yield 0, self.note(tag.removesuffix("Reference"), element.get(f"{_W}id", ""))
                case "commentReference":
                    self.comment(element.get(f"{_W}id", ""))
                case "drawing" | "pict" | "object":
                    self.drawn(element)
                case "oMath" | "oMathPara":
                    yield 0, " " + "".join(x.text or "" for x in element.iter() if _local(x) == "t")
                case "r":
                    properties = element.find(f"{_W}rPr")
                    if properties is not None and _is_on(properties, "vanish"):
                        continue
                    raised = _value(properties, "vertAlign") if properties is not None else ""
                    own = {"superscript": 1, "subscript": -1}.get(raised, 0)
                    yield from self.pieces(element, own, depth + 1)
                case "pPr" | "rPr" | "sdtPr" | "fldChar" if tag != "fldChar":
                    pass
                case _:
                    yield from self.pieces(element, height, depth + 1)

    def note(self, kind: str, number: str) -> str:
        note = self.notes.pop((kind, number), None)
        if note is None:
            return ""
        words = " ".join(line.text for line in self.blocks(note))
        self.behind.append(FlowLine(f"{kind} {number}: {words}", begins=True))
        return f" [{number}]"

    def comment(self, number: str) -> None:
        note = self.notes.pop(("comment", number), None)
        if note is not None:
            words = " ".join(line.text for line in self.blocks(note))
            author = note.get(f"{_W}author", "")
            by = f" by {author}" if author else ""
            self.behind.append(FlowLine(f"comment{by}: {words}", begins=True))

    def drawn(self, drawing: Any) -> None:
        """What a drawing holds: text boxes, pictures, charts, diagrams."""
        boxes = [x for x in drawing.iter(f"{_W}txbxContent") if not _in_fallback(x, drawing)]
        for box in boxes:
            if self.depth < _DEEPEST:
                self.depth += 1
                self.behind += self.blocks(box)
                self.depth -= 1
        for element in drawing.iter():
            tag = _local(element)
            if tag == "docPr" and element.get("descr") and not boxes:
                self.behind.append(FlowLine(element.get("descr"), begins=True))
            elif tag in ("blip", "imagedata"):
                target = self.target(element.get(f"{_R}embed") or element.get(f"{_R}id"))
                data = self.package.data(target) if target else None
                if data:
                    self.behind.append(FlowLine("", picture=data))
            elif tag == "chart" and element.get(f"{_R}id"):
                target = self.target(element.get(f"{_R}id"))
                root = self.package.xml(target) if target else None
                if root is not None:
                    self.behind += self.package.guarded(target, chart_lines, root)
            elif tag == "relIds" and element.get(f"{_R}dm"):
                root = self.package.xml(self.target(element.get(f"{_R}dm")))
                if root is not None:
                    self.behind.append(FlowLine(drawn_words(root), begins=True))

    def target(self, name: str | None) -> str:
        """The part that a name stands for; one that lies outside the file is noted."""
        relation = self.relations.get(name or "")
        if name and (relation is None or not relation.target):
            kind = relation.kind if relation else "part"
            self.package.faults.append(f"a linked {kind}, which is not in the file")
        return relation.target if relation else ""

    # tables

    def table(self, element: Any) -> list[FlowLine]:
        if self.depth >= _DEEPEST:
            return []
        self.depth += 1
        rows: list[list[GridCell]] = []
        besides: list[FlowLine] = []
        spans: dict[int, tuple[int, int]] = {}
        for row in _inside(element, "tr"):
            properties = row.find(f"{_W}trPr")
            if properties is not None and properties.find(f"{_W}del") is not None:
                continue
            before = _whole(_value(properties, "gridBefore")) if properties is not None else 0
            cells, column = [GridCell("")] * before, before
            for cell in _inside(row, "tc"):
                about = cell.find(f"{_W}tcPr")
                wide = max(1, _whole(_value(about, "gridSpan"))) if about is not None else 1
                merge = about.find(f"{_W}vMerge") if about is not None else None
                if merge is not None and merge.get(f"{_W}val") != "restart" and column in spans:
                    at, k = spans[column]
                    rows[at][k] = replace(rows[at][k], rows=rows[at][k].rows + 1)
                    column += wide
                    continue
                lines = self.blocks(cell)
                besides += [x for x in lines if x.kind == "row" or x.picture is not None]
                text = " ".join(x.text for x in lines if x.kind != "row")
                spans.pop(column, None)
                if merge is not None:
                    spans[column] = len(rows), len(cells)
                cells.append(GridCell(text, columns=wide))
                column += wide
            rows.append(cells)
        self.depth -= 1
        return [*table_lines(filled_rows(rows)), *besides]


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those in controls and insertions."""
    for child in parent:
        name = _local(child)
        if name == tag:
            yield child
        elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _inside(child, tag)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(parent: Any, name: str) -> str:
    child = parent.find(_W + name) if parent is not None else None
    return child.get(f"{_W}val", "") if child is not None else ""


def _is_on(properties: Any, name: str) -> bool:
    child = properties.find(_W + name)
    return child is not None and child.get(f"{_W}val") not in ("0", "false", "off")


def _level(properties: Any) -> int | None:
    """The level of an outline from 1; 0 for "body text", None where it does not say."""
    text = _value(properties, "outlineLvl")
    if not text.isdecimal():
        return None
    return int(text) + 1 if int(text) < 9 else 0


def _numbered(properties: Any) -> tuple[str, int] | None:
    numbers = properties.find(f"{_W}numPr")
    if numbers is None:
        return None
    return _value(numbers, "numId"), min(_whole(_value(numbers, "ilvl")), 8)


def _whole(text: str) -> int:
    return min(int(text), 10_000) if text.isdecimal() else 0


def _in_fallback(element: Any, top: Any) -> bool:
    """Whether an element is a second version for older programs, or lies in another box."""
    above = element.getparent()
    while above is not None and above is not top:
        if _local(above) in ("Fallback", "txbxContent"):
            return True
        above = above.getparent()
    return False
