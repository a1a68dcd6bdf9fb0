"""Documents of the page's users."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import BadInput
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
