"""Words that differ, told once each."""

from __future__ import annotations

import pytest
from looktwice.tools.comparing import text_changes
from looktwice.tools.comparing.words import ComparedWord, in_one_line


def words(text: str) -> list[ComparedWord]:
    return [ComparedWord(word) for word in text.split()]


def test_each_change_is_told_once() -> None:
    changes = text_changes(
        words("Pay 40 euros within 30 days to the seller"),
        words("Pay 45 euros within 30 working days to the"),
    )
    assert [in_one_line(change) for change in changes] == [
        "“40” became “45”", "“working” was added", "“seller” was removed",
    ]  # fmt: skip
    assert changes[0].context == "Pay … euros within 30 days to the"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the “old” firm’s terms", 'the "old" firm\'s terms'),
        ("2020–2021", "2020-2021"),
        ("within 30 days", "within 30days"),
        ("an of\u00adfice", "an office"),
    ],
)
def test_what_is_only_set_otherwise_is_no_change(before: str, after: str) -> None:
    assert text_changes(words(before), words(after)) == []


def test_a_stroke_is_a_change_where_no_line_ends() -> None:
    (change,) = text_changes(words("they re-sign here"), words("they resign here"))
    assert in_one_line(change) == "“re-sign” became “resign”"
