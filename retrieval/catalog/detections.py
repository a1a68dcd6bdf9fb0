"""What detectors found in pictures, as values of their own beside the words of the pages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...schema import Detection
from .reading import CatalogReader, meta_of
from .rows import detection_out

__all__ = ["CatalogDetections", "Depiction"]

_SINCE = 3
"""The version of the catalog that first kept them."""


class Depiction(NamedTuple):
    """A page that is a picture, and what was found in it."""

    document: int
    page: int
    detections: tuple[Detection, ...]


class CatalogDetections(CatalogReader):
    """Reading what was detected."""

    def depictions(
        self,
        documents: Collection[int],
        labels: Sequence[str] | None = None,
        least: float = 0.0,
    ) -> list[Depiction]:
        """Pages with something detected on them, in the order of documents and pages.

        Args:
            documents: ids of those to look into.
            labels: count only these; None counts all.
            least: score below which a detection does not count.
        """
        sql = (
            "SELECT * FROM detections WHERE document IN (SELECT value FROM json_each(?1))"
            " AND score >= ?2 AND (?3 IS NULL OR label IN (SELECT value FROM json_each(?3)))"
            " ORDER BY document, page, score DESC"
        )
        names = None if labels is None else json.dumps(list(labels))
        with self._db.reading() as c:
            if int(meta_of(c, "version") or 0) < _SINCE:
                return []
            rows = c.execute(sql, (json.dumps(sorted(documents)), least, names)).fetchall()
        return _by_page(rows)

    def moments(self, document_id: int) -> list[tuple[int, float, float]]:
        """The pages of a video: number, and the seconds at which each begins and ends."""
        sql = (
            "SELECT number, seconds, until FROM pages WHERE document = ? AND seconds IS NOT NULL"
            " ORDER BY number"
        )
        with self._db.reading() as c:
            if int(meta_of(c, "version") or 0) < _SINCE:
                return []
            rows = c.execute(sql, (document_id,)).fetchall()
        return [(row["number"], row["seconds"], row["until"]) for row in rows]


def _by_page(rows: Sequence[sqlite3.Row]) -> list[Depiction]:
    found: dict[tuple[int, int], list[Detection]] = {}
    for row in rows:
        found.setdefault((row["document"], row["page"]), []).append(detection_out(row))
    return [Depiction(*place, tuple(items)) for place, items in found.items()]
