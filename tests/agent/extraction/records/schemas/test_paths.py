"""Paths of values in lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.extraction.records.schemas.paths import (
    ListPath,
    list_path,
    places_in,
    row_count,
    rows_in,
)

NAMES = st.from_regex(r"[a-z][a-z0-9_ ]{0,8}(\.[a-z]{1,4})?", fullmatch=True)


@given(NAMES, st.integers(0, 99_999), st.just("") | NAMES)
def test_a_path_is_read_as_it_is_written(many: str, row: int, column: str) -> None:
    place = ListPath(many, row, column)
    assert list_path(str(place)) == place


@pytest.mark.parametrize("path", ["total", "seller.name", "lines[]", "lines[a].name", "lines[1]."])
def test_what_stands_once_is_in_no_list(path: str) -> None:
    assert list_path(path) is None


def test_rows_are_counted_by_the_last() -> None:
    paths = ["total", "lines[0].name", "lines[4].amount", "taxes[7].rate"]
    assert list(places_in("lines", paths)) == paths[1:3]
    assert (row_count("lines", paths), row_count("tax", paths)) == (5, 0)
    assert rows_in("lines", paths) == [0, 4]
