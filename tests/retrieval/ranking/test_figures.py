"""Pages of figures are preferred where a figure is asked for, and only there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.embeddings.text import open_text_embedder
from looktwice.retrieval.ranking.figures import FigureIntent
from looktwice.retrieval.text.row_figures import share_of_figures
from looktwice.settings import Settings

from ..kit import HashedWords, open_index


@given(st.integers(0, 20), st.integers(0, 20))
def test_the_share_is_that_of_words_with_digits(numbers: int, others: int) -> None:
    text = " ".join(["1,204.5"] * numbers + ["word"] * others)
    expected = numbers / (numbers + others) if numbers + others else 0.0
    assert share_of_figures(text) == pytest.approx(expected)


@given(st.text())
def test_any_text_has_a_share(text: str) -> None:
    assert 0.0 <= share_of_figures(text) <= 1.0


PROSE = "The revenue of the year is told below, and how the revenue of the year came about."
TABLE = "revenue of the year\n" + "\n".join(f"{n} {n * 37} {n * 91}" for n in range(2001, 2012))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "prose.txt").write_text(PROSE)
    (docs / "table.txt").write_text(TABLE)
    return docs


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How much was it, the revenue of the year?", "table.txt"),
        ("Why did it happen, the revenue of the year?", "prose.txt"),
    ],
)
def test_a_table_comes_first_where_a_figure_is_asked_for(
    folder: Path, tmp_path: Path, question: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A likeness of words alone, strong enough here that only the bonus can turn the order.
    monkeypatch.setattr("looktwice.retrieval.search.FIGURES_WEIGHT", 1.0)
    settings = Settings.load(home=tmp_path / "home", pack="starter", offline=True)
    with closing(open_index(tmp_path / "ix", settings, write=True)) as index:
        index.add([folder])
        assert index.search(question)[0].document == first


def test_the_examples_are_embedded_once() -> None:
    asked = []

    class Counting(HashedWords):
        def embed_queries(self, texts):  # type: ignore[no-untyped-def]
            asked.append(len(texts))
            return super().embed_queries(texts)

    kinds = FigureIntent(Counting())
    row = HashedWords().embed(["How much was it?"])[0]
    assert kinds.for_figures(row) == kinds.for_figures(row) == 1.0
    assert len(asked) == 1


@pytest.mark.weights
def test_the_starter_packs_embedder_knows_the_two_kinds_apart(starter_settings: Settings) -> None:
    embedder = open_text_embedder(starter_settings)
    kinds = FigureIntent(embedder)
    figures, words = (
        [kinds.for_figures(row) for row in embedder.embed_queries(questions)]
        for questions in (
            ["What was the net profit in 2021?", "By what percentage did rents rise?"],
            ["Who founded the company?", "Why was the bridge closed?"],
        )
    )
    assert min(figures) > max(words)
