"""How findings are counted, and that the files they are counted in say what they are said to say."""

from __future__ import annotations

from random import Random

import numpy as np
from looktwice.benchmarks.finding import Promise, Tally, measured, placed, tally, turned, written
from looktwice.evals.suites.pairs import pair
from looktwice.retrieval.ingest.orientation import quarter_turned
from looktwice.schema import Box


def square(x: float, y: float) -> Box:
    return Box(x1=x, y1=y, x2=x + 10, y2=y + 10)


def test_a_box_finds_one_true_box_and_what_is_left_is_made_up() -> None:
    there = (square(0, 0), square(50, 50))
    assert placed(there, (square(51, 50), square(1, 0))) == Tally(2, 0, 0)
    assert placed(there, (square(0, 0), square(1, 1))) == Tally(2, 1, 1)
    assert placed(there, (square(6, 0),)) == Tally(2, 2, 1)  # an IoU of a quarter
    assert placed((), ()) == Tally(0, 0, 0)


def test_words_count_as_often_as_they_occur() -> None:
    assert tally(["a", "a", "b"], ["a", "b", "c"]) == Tally(3, 1, 1)


def test_tallies_are_held_against_what_is_promised() -> None:
    tallies = [Tally(10, 1, 0), Tally(10, 2, 2)]
    missed, made_up = measured("pairs", tallies, Promise(0.15, 0.1))
    assert (missed.what, missed.seconds, missed.met) == ("2 pairs: missed of 20", (3,), True)
    assert (made_up.what, made_up.seconds, made_up.met) == ("2 pairs: made up", (2,), False)
    (alone,) = measured("pictures", [Tally(0, 0, 0)], Promise(0.0, 0.0))
    assert alone.met


def test_words_of_a_page_stand_in_their_boxes_however_it_is_turned() -> None:
    page, there = written(Random(1))
    assert len(there) == len({box.xyxy for _, box in there}) >= 80
    for turns in range(4):
        shades = np.asarray((quarter_turned(page, turns) if turns else page).convert("L"))
        for _, box in there:
            x1, y1, x2, y2 = map(round, turned(box, turns, *page.size).xyxy)
            assert shades[y1:y2, x1:x2].min() < 120
            shades = shades.copy()
            shades[y1:y2, x1:x2] = 255
        assert shades.min() > 150  # no word is left


def test_a_changed_word_differs_in_its_letters_and_not_in_all_of_its_board() -> None:
    for seed in range(5):
        made = pair(Random(seed), "word")
        (box,) = made.boxes
        assert 15 < box.height < 40  # the board is 60 high
        letters = np.asarray(made.first.crop(box.xyxy).convert("L"))
        assert letters.min() < 80
