"""What was used last stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.media.recent import Recent


def test_what_was_unused_for_longest_goes_first() -> None:
    kept: Recent[str, str] = Recent(6, len)
    kept.put("a", "aa")
    kept.put("b", "bb")
    kept.put("c", "cc")
    assert kept.get("a") == "aa"
    kept.put("d", "dd")
    assert kept.get("b") is None
    assert [kept.get(key) for key in "acd"] == ["aa", "cc", "dd"]


def test_the_first_of_two_stays() -> None:
    kept: Recent[str, str] = Recent(6, len)
    assert kept.put("a", "first") == "first"
    assert kept.put("a", "second") == "first"


def test_one_that_is_too_large_is_given_back_and_not_kept() -> None:
    kept: Recent[str, str] = Recent(3, len)
    kept.put("a", "aa")
    assert kept.put("b", "bbbbbbbb") == "bbbbbbbb"
    assert (kept.get("a"), kept.get("b")) == ("aa", None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 7))))
def test_together_they_never_take_more(steps: list[tuple[int, int]]) -> None:
    kept: Recent[int, str] = Recent(20, len)
    for key, length in steps:
        kept.put(key, "x" * length)
        assert sum(len(kept.get(n) or "") for n in range(10)) <= 20
    kept.clear()
    assert len(kept) == 0
    assert kept.put(1, "x" * 20) == "x" * 20
