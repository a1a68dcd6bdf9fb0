"""Documents of the page's users."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from looktwice.errors import BadInput, MissingExtra
from looktwice.settings import Settings
from looktwice.ui.web.documents import UserDocuments
from looktwice.ui.web.uploads import NamedFile

from ...retrieval.kit import open_index


def test_own_documents_are_added_found_shown_and_removed(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, offline=True, pack="starter")
    documents = UserDocuments(
        settings, open_index=lambda folder, *, write: open_index(folder, settings, write=write)
    )
    note = tmp_path / "lease.txt"
    note.write_text("The lease ends on 3 May 2027.\n")
    told: list[object] = []
    summary = documents.add("ann", [NamedFile(note, "../../lease.txt")], told.append)
    assert len(summary.added) == 1
    assert told
    assert [d.name for d in documents.list_documents("ann")] == ["lease.txt"]
    assert documents.list_documents("bob") == []
    assert documents.names_of("ann", [NamedFile(note, "lease.txt")]) == ["lease.txt"]
    assert documents.names_of("ann", []) == documents.names_of("bob", []) == []
    assert documents.search("ann", "lease ends")[0].document == "lease.txt"
    assert documents.search("bob", "lease ends") == []
    kept = list(home.rglob("lease.txt"))
    assert len(kept) == 1
    assert kept[0].is_relative_to(home / "documents")
    with pytest.raises(BadInput):
        documents.remove("bob", "lease.txt")
    documents.remove("ann", "lease.txt")
    assert documents.list_documents("ann") == []
    assert not kept[0].exists()
    documents.close()


def test_without_an_index_installed_the_page_opens_and_adding_says_what_it_needs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = UserDocuments(Settings(home=home, pack="starter", offline=True))
    monkeypatch.setitem(sys.modules, "chromadb", None)  # as if it were not installed
    assert documents.list_documents("ada") == []
    file = tmp_path / "notes.txt"
    file.write_text("The warranty lasts 24 months.")
    with pytest.raises(MissingExtra, match=r"pip install 'looktwice\[index\]'"):
        documents.add("ada", [NamedFile(file, "notes.txt")])
