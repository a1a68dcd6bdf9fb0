"""Two versions of documents: every changed word is found, none is invented."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from looktwice.evals.suites.versions import pair
from looktwice.retrieval.loaders.registry import format_of, promised_kind
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits
from looktwice.tools.comparing import DocumentComparer
from looktwice.tools.comparing.reading import words_of
from looktwice.tools.comparing.words import TextChange, text_changes


def read(path: Path) -> list[Page]:
    kind = promised_kind(path)
    assert kind is not None
    reader = format_of(kind).load(path, DocumentLimits())
    try:
        return [page for page in reader.pages() if isinstance(page, Page)]
    finally:
        reader.close()


def texts(change: TextChange) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(w.text for w in change.before), tuple(w.text for w in change.after)


@pytest.mark.parametrize("number", range(10))
def test_each_changed_word_is_found_and_none_is_invented(number: int, tmp_path: Path) -> None:
    made = pair(Random(number), number)
    paths = tmp_path / f"before{made.ending}", tmp_path / f"after{made.ending}"
    paths[0].write_bytes(made.before)
    paths[1].write_bytes(made.after)
    old, new = (words_of(read(path)) for path in paths)
    assert tuple(map(texts, text_changes(old, new))) == made.edits


def test_a_document_that_is_only_set_otherwise_is_the_same(tmp_path: Path) -> None:
    made = pair(Random(3), 0, changed=False)
    assert made.before != made.after
    paths = tmp_path / "before.pdf", tmp_path / "after.pdf"
    paths[0].write_bytes(made.before)
    paths[1].write_bytes(made.after)
    assert DocumentComparer(DocumentLimits()).compare(*paths) == []
