"""Which documents a question is about."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.settings import Settings
from looktwice.tools.documents.duplicates import FindsDuplicates
from looktwice.tools.documents.search import Searchable
from looktwice.tools.documents.videos import Watchable
from looktwice.tools.tables.library import HasTables
from looktwice.ui.web.scope import (
    ALL_DOCUMENTS,
    NO_DOCUMENTS,
    ChosenDocuments,
    choices_of,
    names_in,
)

from ...retrieval.kit import open_index


def test_folders_stand_for_what_lies_in_them_and_nothing_chosen_means_all() -> None:
    names = ["2025/a.pdf", "2025/b.pdf", "c.pdf"]
    assert ("All of 2025/", "2025/") in choices_of(names)
    assert names_in([], names) is None
    assert names_in(["2025/"], names) == ["2025/a.pdf", "2025/b.pdf"]
    assert names_in(["c.pdf", "gone.pdf"], names) == ["c.pdf"]
    assert names_in([NO_DOCUMENTS], names) == []
    assert names_in([ALL_DOCUMENTS, "c.pdf"], names) is None
    assert names_in(["gone.pdf"], names) is None
    assert choices_of([]) == []


def test_what_was_not_chosen_is_not_found(tmp_path: Path) -> None:
    for name in ("lease", "letter"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} ends on 3 May 2027.")
    with open_index(tmp_path / "index", Settings(home=tmp_path), write=True) as index:
        index.add([tmp_path / "lease.txt", tmp_path / "letter.txt"])
        chosen = ChosenDocuments(index, ["letter.txt"])
        assert isinstance(chosen, Searchable)
        assert isinstance(chosen, HasTables)
        assert isinstance(chosen, FindsDuplicates)
        assert chosen.duplicates() == ([], [])
        assert isinstance(chosen, Watchable)  # videos are watched as without a choice
        with pytest.raises(BadInput, match="chosen"):
            chosen.watch("lease.txt", chosen.video_question("When does the bus appear?"))
        assert {p.document for p in chosen.search("when does it end")} == {"letter.txt"}
        assert chosen.search("when", documents=["lease.txt"]) == []
        assert [d.name for d in chosen.documents()] == ["letter.txt"]
        assert "letter" in chosen.describe()
        assert "lease" not in chosen.describe()
        assert "3 May" in chosen.page("letter.txt", 1).text
        with pytest.raises(BadInput, match="chosen"):
            chosen.page("lease.txt", 1)
