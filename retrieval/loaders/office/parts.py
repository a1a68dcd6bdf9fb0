"""The parts of a zipped office file: its XML, and what each part refers to; a broken one is named."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

__all__ = ["Package", "Relation", "loose"]

_STRICT = b"http://purl.oclc.org/ooxml/"
_LOOSE = {
    b"spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"presentationml/main": b"http://schemas.openxmlformats.org/presentationml/2006/main",
    b"officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    b"officeDocument/extendedProperties":
        b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    b"officeDocument/customProperties":
        b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
    b"officeDocument/docPropsVTypes":
        b"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
    b"officeDocument/relationships/metadata/core-properties":
        b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
    b"officeDocument/relationships/extendedProperties":
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties",
    b"officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"drawingml/spreadsheetDrawing":
        b"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    b"drawingml/wordprocessingDrawing":
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    b"drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"drawingml/chart": b"http://schemas.openxmlformats.org/drawingml/2006/chart",
    b"drawingml/diagram": b"http://schemas.openxmlformats.org/drawingml/2006/diagram",
    b"drawingml/picture": b"http://schemas.openxmlformats.org/drawingml/2006/picture",
}  # fmt: skip
"""ISO/IEC 29500: the namespaces of Strict files, and those of the Transitional ones that libraries know."""
_NAMES = re.compile(rb"http://purl\.oclc\.org/ooxml/([\w/-]+)")
_XML = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to.

    Attributes:
        kind: the last word of its type: "image", "header", "chart".
        target: the part; "" for what lies outside the file.
    """

    kind: str
    target: str


class Package:
    """An open office file, read part by part.

    Attributes:
        faults: parts that could not be read, with the reasons.
    """

    def __init__(self, source: Path | BytesIO) -> None:
        self._zip = zipfile.ZipFile(source)
        self.names = frozenset(self._zip.namelist())
        self.faults: list[str] = []

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def data(self, name: str) -> bytes | None:
        """The bytes of a part; None if it is not there or damaged, which is noted."""
        if name not in self.names:
            self.faults.append(f"{name} (it is not there)")
            return None
        try:
            return self._zip.read(name)
        except Exception as error:  # each part is packed by itself, and as breakable as any
            self.faults.append(f"{name} ({error})")
            return None

    def xml(self, name: str) -> Any:
        """The root of a part; None if it cannot be read, which is noted."""
        from lxml import etree

        data = self.data(name)
        if data is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            self.faults.append(f"{name} ({error})")
            return None

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part refers to, by the names it uses for them."""
        folder, _, own = name.rpartition("/")
        rels = f"{folder}/_rels/{own}.rels".lstrip("/")
        root = self.xml(rels) if rels in self.names else None
        found = {}
        for one in root if root is not None else ():
            kind = one.get("Type", "").rpartition("/")[2]
            inside = one.get("TargetMode") != "External"
            target = one.get("Target", "") if inside else ""
            place = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            found[one.get("Id", "")] = Relation(
                kind, posixpath.normpath(place).lstrip("/") if target else ""
            )
        return found

    def guarded(self, name: str, read: Callable[..., Iterable[Any]], *about: Any) -> list[Any]:
        """What a reader of one part gives; what it raises costs the part, which is noted."""
        try:
            return list(read(*about))
        except Exception as error:  # an unknown kind of part must not cost the document
            self.faults.append(f"{name} ({error or type(error).__name__})")
            return []


def loose(path: Path) -> Path | BytesIO:
    """A file in the Strict form of Open XML in the form that libraries read; others as they are."""
    with zipfile.ZipFile(path) as old:
        roots = [n for n in old.namelist() if n in ("_rels/.rels", "xl/workbook.xml")]
        roots += [n for n in old.namelist() if n in ("word/document.xml", "ppt/presentation.xml")]
        if not any(_STRICT in old.read(name)[:65536] for name in roots):
            return path
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = old.read(name)
                if name.lower().endswith(_XML):
                    data = _NAMES.sub(_loosened, data)
                new.writestr(name, data)
    out.seek(0)
    return out


def _loosened(found: re.Match[bytes]) -> bytes:
    for strict, known in _LOOSE.items():
        if found[1].startswith(strict):
            return known + found[1][len(strict) :]
    return found[0]
