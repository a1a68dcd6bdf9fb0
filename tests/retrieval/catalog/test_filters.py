"""Filters let through what fits."""

from __future__ import annotations

import pytest
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import Filters

from .kit import add


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), "abcd"),
        (Filters(folder="x"), "ab"),
        (Filters(folder="x/y/"), "b"),
        (Filters(folder="/docs/x"), "ab"),
        (Filters(folder="/doc"), ""),
        (Filters(folder="/"), "abcd"),
        (Filters(types=("pdf", "md")), "ac"),
        (Filters(documents=("x/a", "d", "nobody")), "ad"),
        (Filters(after="2022"), "bc"),
        (Filters(after="2022-05"), "c"),
        (Filters(before="2022"), "abc"),
        (Filters(before="2022-03-01"), "ab"),
        (Filters(after="2022-03-01", before="2022-03-01"), "b"),
        (Filters(folder="x", types=("html",), documents=("b",), after="2022"), "b"),
    ],
)
def test_filters(catalog: Catalog, filters: Filters, names: str) -> None:
    add(catalog, "x/a", [], type="pdf", date="2021-12-31")
    add(catalog, "x/y/b", [], type="html", date="2022-03-01")
    add(catalog, "c", [], type="md", date="2022-08-19T10:00:00")
    add(catalog, "d", [], type="txt")
    chosen = catalog.documents(filters)
    assert "".join(d.name[-1] for d in chosen) == names
    assert catalog.ids(filters) == {d.id for d in chosen}
