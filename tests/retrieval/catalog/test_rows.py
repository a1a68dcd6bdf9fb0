"""What is stored comes back as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile
from looktwice.retrieval.pages import Page, PageLine, RawLine, Word, build_page

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@st.composite
def any_page(draw: st.DrawFn) -> Page:
    rows = draw(st.integers(0, 6))
    numbers = st.integers(-(2**31), 2**31 - 1)
    spans = draw(st.lists(st.tuples(numbers, numbers), min_size=rows, max_size=rows))
    boxes = draw(st.lists(st.tuples(*[finite] * 4), min_size=rows, max_size=rows))
    kinds = st.sampled_from(["text", "heading", "row", "furniture"])
    line = st.builds(
        PageLine,
        st.integers(0, 9**6),
        st.integers(0, 9**6),
        kinds,
        st.integers(0, 9),
        st.booleans(),
    )
    return Page(
        number=draw(st.integers(1, 9**6)),
        text=draw(st.text()),
        lines=tuple(draw(st.lists(line, max_size=5))),
        width=draw(finite),
        height=draw(finite),
        frame=draw(st.sampled_from(["picture", "page"])),
        spans=np.array(spans, np.int32).reshape(-1, 2),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        label=draw(st.text()),
        section=tuple(draw(st.lists(st.text(), max_size=3))),
        scanned=draw(st.booleans()),
    )


@given(page=any_page())
def test_a_page_comes_back_as_it_was(shared: Catalog, page: Page) -> None:
    document, _ = shared.begin("0" * 64, type="pdf", bytes=1)
    shared.add_pages(document, [(page, [])], "")
    shared.publish(document, [NewFile("/a", "a", 1, 1)])
    back = shared.page(document, page.number)
    shared.remove(document)
    assert back is not None
    for name in Page.__slots__:
        want, got = getattr(page, name), getattr(back, name)
        if isinstance(want, np.ndarray):
            assert got.dtype == want.dtype
            assert got.tobytes() == want.tobytes()
            assert got.shape == want.shape
        else:
            assert got == want


def test_tables_come_back_with_their_page(catalog: Catalog) -> None:
    rows = [("Shop", "2022"), ("Lyon", "5")]
    lines = [
        RawLine((Word(" | ".join(row)),), "row", begins=not n, cells=row)
        for n, row in enumerate(rows)
    ]
    (stored,) = (made := build_page(1, lines)).tables
    document, _ = catalog.begin("1", type="md", bytes=1)
    catalog.add_pages(document, [(made, [])], "a")
    catalog.publish(document, [NewFile("/a", "a", 1, 1)])
    page = catalog.page(document, 1)
    assert page is not None
    assert page.tables == (stored,)
    assert [cell.text for cell in stored.cells if cell.header == ("2022",)] == ["5"]
