"""Books (EPUB 2 and 3): their chapters in the order of reading, each read as the web page it is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from .flowing import FlowLine
from .parts import Package
from .web import html_lines, parse_html

__all__ = ["Book"]


class Book:
    """An EPUB file.

    Args:
        path: of a checked package.

    Attributes:
        title, date: what it says about itself.
    """

    def __init__(self, path: Path) -> None:
        self._package = Package(path)
        try:
            container = self._package.xml("META-INF/container.xml")
            found = [x.get("full-path") for x in container.iter() if x.get("full-path")]
            self._place: str = found[0]
            root = self._package.xml(self._place)
            if root is None:
                raise ValueError(self._package.faults[-1])
        except BaseException:
            self._package.close()
            raise
        self._root = root
        texts = {_name(x): (x.text or "").strip() for x in root.iter() if x.text}
        self.title, self.date = texts.get("title", ""), texts.get("date", "")[:10]

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()

    def lines(self) -> Iterator[FlowLine]:
        """The lines of all chapters."""
        items = {x.get("id"): x.get("href", "") for x in self._root.iter() if _name(x) == "item"}
        for one in self._root.iter():
            if _name(one) != "itemref" or one.get("idref") not in items:
                continue
            name = self._beside(self._place, items[one.get("idref")])
            data = self._package.data(name)
            if data is not None:
                text = data.decode(
                    "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace"
                )
                yield from html_lines(parse_html(text), partial(self._picture, name))
        for fault in self._package.faults:
            yield FlowLine(f"(not read: {fault})", begins=True)

    def _picture(self, chapter: str, address: str) -> bytes | None:
        if not address or ":" in address:
            return None
        name = self._beside(chapter, address)
        return self._package.data(name) if name in self._package.names else None

    @staticmethod
    def _beside(place: str, address: str) -> str:
        path = unquote(address.partition("#")[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(place), path)).lstrip("/")


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
