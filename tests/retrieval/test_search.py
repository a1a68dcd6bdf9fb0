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
            assert "words" in best.found_by


def test_tables_come_from_the_file_to_the_passage(tmp_path: Path) -> None:
    """Those that a format names (Markdown, a sheet), and those that lines show (figures under years)."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "shops.md").write_text(
        f"{BOAST}\n\n| Shop | Staff | Opened |\n|---|---|---|\n| Lyon | 12 | 2019 |\n| Rome | 9 | 2021 |\n"
    )
    (docs / "report.txt").write_text(f"{OTHER}\nFigures 2022 2021\nNet quillaja 1,577 1,373\n")
    (docs / "stock.csv").write_text("Item,Price\nBasket,4.10\nHammock,7.00\n")
    settings = Settings.load(home=tmp_path / "home", pack="starter", offline=True)
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {}
    with closing(open_index(tmp_path / "ix", settings, write=True)) as index:
        index.add([docs])
        for query in ("Rome staff", "net quillaja", "price of the hammock"):
            best = index.search(query)[0]
            lines = best.text.split("\n")
            for table in best.tables:
                assert all(cell.text in lines[at] for at, row in zip(table.lines, table.rows, strict=True)
                           for cell in row if at >= 0)  # fmt: skip
            values = [cell for table in best.tables for cell in table.cells if not cell.is_header]
            found[best.document] = [(cell.label, cell.header, cell.text) for cell in values]
    assert (("Rome",), ("Staff",), "9") in found["shops.md"]
    assert found["report.txt"] == [
        (("Net quillaja",), ("2022",), "1,577"),
        (("Net quillaja",), ("2021",), "1,373"),
    ]
    assert found["stock.csv"][-1] == (("Hammock",), ("Price",), "7.00")
