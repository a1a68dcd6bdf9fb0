"""Keyword search in the catalog: which of a question's words are looked for, and how hits rank.

SQLite's FTS5 ranks by BM25 (Robertson and Zaragoza 2009) and must look at every passage that holds any
of the words. Words that are nearly everywhere cost the most and tell the least, so they are left out
as long as rarer ones remain.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..text.terms import query_terms
from .database import TOKENIZER

__all__ = ["Keywords", "Stemmer"]

BODY_WEIGHT = 1.0
HEADING_WEIGHT = 1.0
DOCUMENT_WEIGHT = 3.0
COMMON_SHARE = 0.3
"""Words in a larger share of the passages are left out while rarer ones remain ..."""
FEW_ROWS = 100
"""... unless they are in so few that it is a small index and not a common word."""
MOST_TERMS = 24
"""Of the rarest; somebody may paste a whole page as a question."""
MOST_ROWS = 20_000
"""Passages that the words of one question may touch, the first (rarest) word apart."""
_LEAST_RARITY = 1e-6
_REMEMBERED = 50_000
_FEW = 32
_ALL = (0, 2**62)
_FIRST = "SELECT id FROM passages WHERE document = ? ORDER BY page, start LIMIT 1"
_LAST = "SELECT id FROM passages WHERE document = ? ORDER BY page DESC, start DESC LIMIT 1"

_SEARCH = f"""
SELECT words.rowid, words.rank FROM words
CROSS JOIN passages ON passages.id = words.rowid
CROSS JOIN documents ON documents.id = passages.document
WHERE words MATCH ?1
  AND words.rank MATCH 'bm25({BODY_WEIGHT}, {HEADING_WEIGHT}, {DOCUMENT_WEIGHT})'
  AND documents.state = 'ready'
  AND (?2 IS NULL OR documents.id IN (SELECT value FROM json_each(?2)))
  AND words.rowid BETWEEN ?3 AND ?4
ORDER BY words.rank LIMIT ?5
"""


@dataclass(frozen=True)
class _Term:
    """A word to look for, and how many passages hold it (at most, if SQLite sees several in it)."""

    text: str
    rows: int


class Keywords:
    """The keyword half of a catalog; safe for threads."""

    def __init__(self) -> None:
        self._stemmer = Stemmer()
        self._rows: dict[str, int] = {}
        self._total = 0
        self._generation = -1
        self._lock = threading.Lock()

    def close(self) -> None:
        self._stemmer.close()

    def find(
        self,
        connection: sqlite3.Connection,
        generation: int,
        query: str,
        limit: int,
        documents: Collection[int] | None,
    ) -> list[tuple[int, float]]:
        """Passages that hold words of the query, the best first, and how much of it they hold, 0..1.

        That is BM25 as a share of what a passage of ordinary length would have that holds every word
        once; more is no better.
        """
        terms, total = self._terms(connection, generation, query)
        if not terms or limit <= 0:
            return []
        whole = sum(_rarity(term, total) for term in terms)
        found = self._search(connection, terms, total, limit, documents)
        return [(key, min(1.0, score / whole)) for key, score in found]

    def _search(
        self,
        connection: sqlite3.Connection,
        terms: Sequence[_Term],
        total: int,
        limit: int,
        documents: Collection[int] | None,
    ) -> list[tuple[int, float]]:
        if documents is None:
            kept = _worth_it(terms, max(FEW_ROWS, COMMON_SHARE * total), MOST_ROWS)
            return _search(connection, kept, limit, None, _ALL)
        # What is common everywhere may be all that these documents have to offer.
        span = _span_of(connection, documents)
        part = min(1.0, (span[1] - span[0] + 1) / max(1, total))
        kept = _worth_it(terms, total, MOST_ROWS / part)
        found = _search(connection, kept, limit, documents, span)
        return found or _search(connection, terms, limit, documents, span)

    def _terms(
        self, connection: sqlite3.Connection, generation: int, query: str
    ) -> tuple[Sequence[_Term], int]:
        """The rarest terms of a query, the very rarest first, and how many passages there are."""
        stems = self._stemmer.stems(query_terms(query))
        once = {tuple(parts): term for term, parts in stems.items()}
        with self._lock:
            if generation != self._generation or len(self._rows) > _REMEMBERED:
                self._rows, self._generation = {}, generation
                self._total = _one(connection, "SELECT count(*) FROM passages")
            found = [
                _Term(term, min(self._rows_with(connection, stem) for stem in parts))
                for parts, term in once.items()
            ]
            total = self._total
        known = sorted((term for term in found if term.rows), key=lambda term: term.rows)
        return known[:MOST_TERMS], total

    def _rows_with(self, connection: sqlite3.Connection, stem: str) -> int:
        if stem not in self._rows:
            self._rows[stem] = _one(connection, "SELECT doc FROM vocabulary WHERE term = ?", stem)
        return self._rows[stem]


class Stemmer:
    """The catalog's own tokenizer, asked through a table in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=8
        )
        self._memory.executescript(
            f'CREATE VIRTUAL TABLE asked USING fts5 (term, tokenize="{TOKENIZER}");'
            "CREATE VIRTUAL TABLE seen USING fts5vocab (asked, 'instance');"
        )

    def stems(self, terms: Sequence[str]) -> dict[str, list[str]]:
        """What the index keeps of each term; those of which nothing is left are not in it."""
        found: dict[str, list[str]] = {}
        with self._lock:
            self._memory.execute("BEGIN")
            rows = list(enumerate(terms))
            self._memory.executemany("INSERT INTO asked (rowid, term) VALUES (?, ?)", rows)
            for at, stem in self._memory.execute("SELECT doc, term FROM seen ORDER BY doc, offset"):
                found.setdefault(terms[at], []).append(stem)
            self._memory.execute("ROLLBACK")
        return found

    def close(self) -> None:
        self._memory.close()


def _rarity(term: _Term, total: int) -> float:
    """FTS5's weight of a word by how many passages hold it (its inverse document frequency)."""
    return max(_LEAST_RARITY, math.log((total - term.rows + 0.5) / (term.rows + 0.5)))


def _worth_it(terms: Sequence[_Term], common: float, most_rows: float) -> Sequence[_Term]:
    """Of terms from rare to common, those that are no more than `common`; the first one always."""
    kept = list(terms[:1])
    rows = kept[0].rows
    for term in terms[1:]:
        rows += term.rows
        if term.rows > common or rows > most_rows:
            break
        kept.append(term)
    return kept


def _search(
    connection: sqlite3.Connection,
    terms: Sequence[_Term],
    limit: int,
    documents: Collection[int] | None,
    span: tuple[int, int],
) -> list[tuple[int, float]]:
    match = " OR ".join(f'"{term.text}"' for term in terms)
    wanted = None if documents is None else json.dumps(sorted(documents))
    found = connection.execute(_SEARCH, (match, wanted, *span, limit))
    return [(row[0], -row[1]) for row in found]


def _span_of(connection: sqlite3.Connection, documents: Collection[int]) -> tuple[int, int]:
    """Passage ids between which those of a few documents lie; FTS5 then skips all others."""
    if len(documents) > _FEW:
        return _ALL
    ends = [_one(connection, sql, document) for document in documents for sql in (_FIRST, _LAST)]
    return min(filter(None, ends), default=0), max(ends, default=0)


def _one(connection: sqlite3.Connection, sql: str, *values: object) -> int:
    """The first column of the first row, 0 without a row."""
    row = connection.execute(sql, values).fetchone()
    return int(row[0]) if row else 0
