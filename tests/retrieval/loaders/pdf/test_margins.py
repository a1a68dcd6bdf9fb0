"""Line numbers in the margin stand apart; lists and tables keep their numbers."""

from __future__ import annotations

import pytest

from ... import pdf_kit
from .kit import Maker, kinds_of

LINES = [
    "The witness was asked where she stood when the barge",
    "came round the bend and struck the pier of the bridge.",
    "She answered that she had been on the towpath, close to",
    "the lock, and that the bell had rung before she saw it.",
    "The court asked how long the bell had been ringing then.",
    "She could not say, but others had heard it from the mill.",
] * 2


@pytest.mark.parametrize(("step", "first"), [(1, 1), (1, 14), (5, 5)])
@pytest.mark.parametrize("numbers_first", [True, False])
def test_numbers_that_count_lines_are_no_part_of_them(
    make: Maker, step: int, first: int, numbers_first: bool
) -> None:
    texts = LINES * (5 if step == 5 else 1)
    pitch = 11 if step == 5 else 20
    body, numbers = b"", b""
    for at, text in enumerate(texts):
        body += pdf_kit.text(90, 740 - pitch * at, text, 9)
        if step == 1 or (at + 1) % 5 == 0:
            numbers += pdf_kit.text(
                50, 740 - pitch * at, str(first + at * (step == 1) + (at - 4) * (step == 5)), 9
            )
    page = make.page(numbers + body if numbers_first else body + numbers)
    assert page.text.split("\n")[: len(texts)] == texts
    assert list(kinds_of(page).values())[-1] == "furniture"


def test_a_short_list_and_a_table_keep_their_numbers(make: Maker) -> None:
    short = b"".join(
        pdf_kit.text(50, 700 - 20 * at, str(at + 1)) + pdf_kit.text(80, 700 - 20 * at, text)
        for at, text in enumerate(LINES[:6])
    )
    assert make.page(short).text.startswith("1 The witness")
    rows = b"".join(
        pdf_kit.text(x, 740 - 16 * at, cell)
        for at in range(14)
        for x, cell in ((50, str(at + 1)), (90, f"Boat {at}"), (300, f"{at * 37 + 11}.50"))
    )
    assert make.page(rows).text.split("\n")[3] == "4 Boat 3 122.50"
