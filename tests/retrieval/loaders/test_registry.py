"""A format that was added is found in folders, opened by its loader, and takes no other's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.errors import BadInput, UsageError
from looktwice.retrieval.loaders import registry
from looktwice.retrieval.loaders.base import DocumentFormat, DocumentInfo, DocumentReader
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.walk import Walk
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits

LIMITS = DocumentLimits()


class Mail(DocumentReader):
    def __init__(self, path: Path, limits: DocumentLimits) -> None:
        self.about = DocumentInfo("letter", "a letter", 1)
        self._text = path.read_text()

    def pages(self, first: int = 1) -> Iterator[Page]:
        yield Page(1, self._text)


MAIL = DocumentFormat(
    "letter", (".letter",), "a letter", Mail, recognises=lambda head: head.startswith(b"From:")
)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))


def test_an_added_format_is_found_and_opened(tmp_path: Path) -> None:
    (tmp_path / "a.LETTER").write_text("From: a penguin")
    assert list(Walk([tmp_path]).files()) == []
    registry.register(MAIL)
    (found,) = Walk([tmp_path]).files()
    with open_document(found.path, LIMITS) as opened:
        assert opened.about.type == "letter"
        assert [page.text for page in opened.pages() if isinstance(page, Page)] == [
            "From: a penguin"
        ]


def test_what_only_has_its_name_is_refused_with_the_kind_it_promised(tmp_path: Path) -> None:
    registry.register(MAIL)
    (tmp_path / "a.letter").write_text("<html>Please log in</html>")
    with pytest.raises(BadInput, match=r"not a letter"):
        open_document(tmp_path / "a.letter", LIMITS)


def test_no_format_takes_the_place_of_another() -> None:
    with pytest.raises(UsageError, match="'pdf' is registered already"):
        registry.register(DocumentFormat("pdf", (".x",), "x", Mail))
    with pytest.raises(UsageError, match=r"\.md are md already"):
        registry.register(DocumentFormat("notes", (".x", ".md"), "notes", Mail))
    assert registry.promised_kind(Path("a.x")) is None
