"""Zipped office files before anything parses them: what they unpack to, and what they say of themselves."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from ....errors import BadInput
from ....settings import DocumentLimits

__all__ = ["check_package", "properties"]

_XML = (".xml", ".rels", ".vml")
_CORE = "docProps/core.xml"
_CORE_BYTES = 2**20
_NO_TITLE = re.compile(
    r"(microsoft (word|powerpoint|excel)\b.*|(powerpoint )?presentation|(word )?document\d*|"
    r"workbook\d*|book\d*|slide \d+|untitled.*)?",
    re.IGNORECASE,
)
"""Titles that programs write when nobody gave one."""


class _Prolog(Exception):
    """The first element began: no document type can follow."""


def check_package(path: Path, limits: DocumentLimits, prologs: bool = True) -> None:
    """Refuse what would harm whoever unpacks it.

    The sizes in the directory bind: `zipfile` never unpacks more than they say.

    Args:
        path: of the file.
        limits: `expanded` is what it may unpack to.
        prologs: whether its XML may declare no document type; books may.

    Raises:
        BadInput: encrypted, unpacks to more than the limit, has parts outside itself, declares
            entities (which may expand without end), or is damaged.
    """
    source = str(path)
    try:
        with zipfile.ZipFile(path) as package:
            _check_parts(package, source, limits)
            for part in package.infolist():
                if prologs and part.filename.lower().endswith(_XML):
                    _check_prolog(package, part, source)
    except BadInput:
        raise
    except Exception as error:  # a hostile archive may make the parser raise anything
        raise BadInput(source, f"is a damaged or cut off office file ({error})") from error


def _check_parts(package: zipfile.ZipFile, source: str, limits: DocumentLimits) -> None:
    parts = package.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput(source, "is encrypted with a password; save it without one")
    if sum(part.file_size for part in parts) > limits.expanded:
        raise BadInput(
            source,
            f"unpacks to more than {limits.expanded:,} bytes; split it, "
            "or raise LOOKTWICE_DOCUMENTS__EXPANDED",
        )
    for part in parts:
        name = posixpath.normpath(part.filename.replace("\\", "/"))
        if name.startswith(("/", "..")) or ":" in name:
            raise BadInput(source, "has parts outside of itself; save it again")


def _check_prolog(package: zipfile.ZipFile, part: zipfile.ZipInfo, source: str) -> None:
    """Read a part up to its first element; office files have no document type, bombs need one."""

    def refuse(*_: object) -> None:
        raise BadInput(source, f"declares XML entities ({part.filename}); save it again")

    def stop(*_: object) -> None:
        raise _Prolog

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with package.open(part) as file:
            parser.ParseFile(file)
    except (_Prolog, expat.ExpatError):
        return  # what is not XML, the converter will say


def properties(path: Path) -> tuple[str, str]:
    """Title and ISO date of making from a checked package; "" for what it does not say."""
    try:
        with zipfile.ZipFile(path) as package, package.open(_CORE) as file:
            core = ElementTree.fromstring(file.read(_CORE_BYTES))
    except Exception:  # properties are a courtesy: their absence or damage is no fault
        return "", ""
    found = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in core}
    return useful_title(found.get("title", "")), iso_date(found.get("created", ""))


def useful_title(title: str) -> str:
    """A title on one line, or "" for one that a program made up."""
    title = " ".join(title.split())[:300]
    return "" if _NO_TITLE.fullmatch(title) else title


def iso_date(text: str) -> str:
    """The date that a text begins with, or ""."""
    match = re.match(r"\d{4}-\d\d-\d\d", text.strip())
    return match[0] if match else ""
