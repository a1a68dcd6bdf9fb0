"""What ranks the passages of a document that is known."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from looktwice.settings import Settings

from .kit import HashedWords, open_index

BOAST = " ".join(["Acme record acme year."] * 45)
ANSWER = " ".join(["Wages rose in both shops."] * 36)
OTHER = " ".join(["Trees grow in gardens."] * 45)


@pytest.mark.parametrize(("weight", "first"), [(0.0, "Acme record"), (1.0, "Wages rose")])
def test_a_documents_own_name_does_not_rank_its_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weight: float, first: str
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "acme.txt").write_text(f"{BOAST}\n\n{ANSWER}")
    (docs / "garden.txt").write_text(OTHER)
    settings = Settings.load(home=tmp_path / "home", pack="starter", offline=True)
    monkeypatch.setattr("looktwice.retrieval.search.NAMELESS_WEIGHT", weight)
    monkeypatch.setattr("looktwice.retrieval.search.FIGURES_WEIGHT", 0.0)
    with closing(open_index(tmp_path / "ix", settings, write=True)) as index:
        index.add([docs])
        best = index.search("Acme acme acme: wages rose there?")[0]
    assert best.document == "acme.txt"
    assert best.text.startswith(first)


def test_a_rare_word_is_found_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the embedder, which does not know it, points elsewhere."""
    plain = HashedWords.embed
    monkeypatch.setattr(
        HashedWords, "embed_queries", lambda self, texts: plain(self, ["soap bark"] * len(texts))
    )
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "garden.txt").write_text(f"{OTHER} One of them is a quillaja.")
    for n in range(8):
        (docs / f"soap{n}.txt").write_text(f"Soap bark and soap. {BOAST}")
    settings = Settings.load(home=tmp_path / "home", pack="starter", offline=True)
    with closing(open_index(tmp_path / "ix", settings, write=True)) as index:
        index.add([docs])
        for query in ("quillaja", "the quillaja"):
            best = index.search(query)[0]
            assert best.document == "garden.txt"
            assert "keyword" in best.found_by
