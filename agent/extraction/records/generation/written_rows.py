"""Rows as a model writes them: as far as they are whole, and stopped where one comes again and again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ....structured_output import MalformedReply

_MOST = 2
"""Times that a row may come beyond those that its words stand on the page."""


def complete_rows(text: str) -> list[Mapping[str, Any]]:
    """The objects of {"rows": [...]}, also where the end is cut off.

    Raises:
        MalformedReply: it is nothing of the kind.
    """
    start = text.find("[")
    if start < 0:
        raise MalformedReply(f"the model did not give a list of rows: {text[:80]!r}")
    decoder, at = json.JSONDecoder(), start + 1
    rows: list[Mapping[str, Any]] = []
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" \n\r\t,"))
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return rows
        if isinstance(row, dict):
            rows.append(row)


class RowLoop:
    """Hears the rows of a list while they are written: a small model that loses its way repeats one.

    Args:
        shown: the pages that the model reads.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._text = ""
        self._closed = False

    def hear(self, piece: str) -> None:
        """The next piece of the reply."""
        self._text += piece
        if "}" in piece and not self._closed:
            self._closed = self._goes_round()

    def is_closed(self) -> bool:
        """Whether a row was written more often than the page can hold it."""
        return self._closed

    def _goes_round(self) -> bool:
        rows = Counter(json.dumps(row) for row in complete_rows(self._text))
        row, times = rows.most_common(1)[0] if rows else ("{}", 0)
        return times > _MOST and times > _MOST + self._standing(json.loads(row))

    def _standing(self, row: Mapping[str, Any]) -> int:
        words = max(map(str, row.values()), key=len, default="")
        return self._shown.count(words) if words else 0
