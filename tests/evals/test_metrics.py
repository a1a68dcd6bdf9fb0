"""Every metric against values worked out by hand, or against a reference implementation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.evals.metrics import text
from looktwice.evals.metrics.bootstrap import mean_interval
from looktwice.evals.metrics.boxes import average_precision, covers, mean_average_precision
from looktwice.evals.metrics.calibration import (
    expected_calibration_error,
    fitted_temperature,
    reliability,
)
from looktwice.evals.metrics.groups import leakage, multimodal_gain, pair_consistency
from looktwice.evals.metrics.ranking import ndcg_at, precision_recall, recall_at
from looktwice.evals.metrics.risk import aurc, risk_coverage
from looktwice.evals.metrics.tables import Matched, adjacency, boxed_right
from looktwice.schema import Box, Cell, Detection, Table


def box(x: float, y: float = 0, side: float = 10) -> Box:
    return Box(x1=x, y1=y, x2=x + side, y2=y + side)


def found(x: float, score: float) -> Detection:
    return Detection(label="person", score=score, box=box(x))


def test_exact_match_forgives_what_squad_forgives() -> None:
    assert text.exact_match("The  Harbour, Street!", ["harbour street"]) == 1
    assert text.exact_match("harbour streets", ["harbour street"]) == 0


@pytest.mark.parametrize(
    ("answer", "right", "hit"),
    [
        ("It is Mill Lane.", "mill lane", 1),
        ("It is Windmill Lane.", "mill lane", 0),
        ("The train leaves at 12:30.", "12:30", 1),
        ("2:30", "12:30", 0),
        ("答案是东京。", "东京", 1),
        ("P-12345", "P-12345", 1),
        ("", "x", 0),
    ],
)
def test_contains_wants_whole_words(answer: str, right: str, hit: float) -> None:
    assert text.contains(answer, [right]) == hit


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("1,234.50 euro", [1234.5]),
        ("1.234,50 €", [1234.5]),
        ("33,64", [33.64]),
        ("1,234,567", [1234567]),
        ("€5 and -3 %", [5, -3]),
        ("three people and 2 dogs", [3, 2]),
        ("12 345.6", [12345.6]),
        ("COVID19 x2y", []),
        ("3.5", [3.5]),
        ("12,345", [12345]),
    ],
)
def test_numbers_are_read_as_people_write_them(words: str, values: list[float]) -> None:
    assert text.numbers(words) == values


def test_the_number_given_is_the_first_that_the_question_lacks() -> None:
    question = "What was the revenue in 2023?"
    assert text.number_match("In 2023 it was 512.3 million.", ["512.3"], question) == 1
    assert text.number_match("In 2023 it was 521.3 million.", ["512.3"], question) == 0
    assert text.number_match("2023", ["2023"], "Was it 2023?") == 1
    assert text.number_match("none", ["4"]) == 0


@pytest.mark.parametrize(
    ("answer", "right", "hit"),
    [
        ("95", "100", 1), ("94.9", "100", 0), ("105", "100", 1), ("105.1", "100", 0),
        ("0.01", "0", 0), ("0", "0", 1), ("Bananas", "bananas", 1), ("Apples", "bananas", 0),
        ("about 51 %", "50%", 1),
    ],
)  # fmt: skip
def test_relaxed_accuracy_lets_numbers_be_off_by_a_twentieth(
    answer: str, right: str, hit: float
) -> None:
    assert text.relaxed_accuracy(answer, [right]) == hit


def test_anls_by_hand() -> None:
    assert text.anls("Harbor", ["harbour"]) == pytest.approx(6 / 7)
    assert text.anls("cat", ["harbour", "CAT"]) == 1
    assert text.anls("abcd", ["abxx"]) == 0.5
    assert text.anls("abxy", ["abcde"]) == 0  # 2/5 falls below the threshold


def test_yes_no_as_pope_reads_it() -> None:
    assert text.yes_no("No, I see none.", ["no"]) == 1
    assert text.yes_no("There is not a dog. Yes.", ["no"]) == 1
    assert text.yes_no("There isn't one", ["no"]) == 1
    assert text.yes_no("A dog is there.", ["yes"]) == 1
    assert text.yes_no("Nothing notable", ["yes"]) == 1
    assert text.yes_no("", ["yes"]) == 0


@pytest.mark.parametrize(
    ("answer", "hit"),
    [("B", 1), ("(B) red", 1), ("b.", 1), ("The answer is B", 0), ("Answer: B", 1), ("A", 0),
     ("red", 1), ("A red one", 0), ("", 0)],
)  # fmt: skip
def test_choice_takes_the_letter_first_then_the_words(answer: str, hit: float) -> None:
    assert text.choice(answer, ["B", "red"]) == hit


def test_graded_counts_parts() -> None:
    assert text.graded("a dog and a cat", ["dog<AND>cat"]) == 1
    assert text.graded("a dog", ["dog<AND>cat"]) == 0.5
    assert text.graded("a bird", ["dog<OR>bird"]) == 1
    assert text.graded("a fish", ["dog<OR>bird"]) == 0


MATCHERS = [
    text.exact_match, text.contains, text.number_match, text.relaxed_accuracy, text.anls,
    text.yes_no, text.choice, text.graded,
]  # fmt: skip
TRUE = {text.number_match: "42", text.yes_no: "yes", text.choice: "C"}


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda m: m.__name__)
def test_the_truth_scores_one_and_nonsense_zero(matcher: Callable[..., float]) -> None:
    truth = TRUE.get(matcher, "Harbour Street 12")
    assert matcher(truth, [truth]) == 1
    assert matcher("" if matcher is text.yes_no else "qqqq zzzz", [truth]) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_a_matcher(answer: str, right: str) -> None:
    for matcher in MATCHERS:
        assert 0 <= matcher(answer, [right]) <= 1


def test_average_precision_by_hand() -> None:
    # Two to find; by falling score: a hit (p 1, r .5), a miss, a hit (p 2/3, r 1).
    pictures = [([found(0, 0.9), found(50, 0.8), found(30, 0.7)], [box(0), box(30)])]
    assert average_precision(pictures) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert average_precision([([found(0, 0.9), found(0, 0.8)], [box(0)])]) == 1  # a double costs
    assert average_precision([([], [box(0)])]) == 0
    assert average_precision([([found(0, 0.9)], [])]) is None


def test_a_double_found_later_lowers_precision_for_what_follows() -> None:
    pictures = [([found(0, 0.9), found(0, 0.8), found(30, 0.7)], [box(0), box(30)])]
    assert average_precision(pictures) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_map_over_thresholds() -> None:
    shifted = [([found(2, 0.9)], [box(0)])]  # IoU 8/12 = .667: a hit at .50 to .65
    assert mean_average_precision(shifted) == pytest.approx(0.4)
    assert mean_average_precision([([], [])]) is None


def test_average_precision_agrees_with_scikit_learn_without_interpolation_needed() -> None:
    from sklearn.metrics import average_precision_score

    pictures = [([found(0, 0.9), found(30, 0.8), found(90, 0.1)], [box(0), box(30)])]
    assert average_precision(pictures) == pytest.approx(
        average_precision_score([1, 1, 0], [0.9, 0.8, 0.1])
    )


def test_a_pointer_is_right_where_it_lies_on_the_truth() -> None:
    assert covers(box(0, side=2), box(0, side=10))
    assert not covers(box(9, side=10), box(0, side=10))


def test_recall_and_ndcg_by_hand() -> None:
    ranked = ["a", "b", "c"]
    assert recall_at(ranked, {"b", "z"}, 1) == 0
    assert recall_at(ranked, {"b", "z"}, 2) == 0.5
    best = 1 + 1 / math.log2(3)
    assert ndcg_at(ranked, {"a", "c"}, 3) == pytest.approx((1 + 1 / 2) / best)
    assert ndcg_at(ranked, {"a", "b"}, 3) == 1
    assert ndcg_at(ranked, {"z"}, 3) == 0
    assert ndcg_at(["a", "a"], {"a", "b"}, 2) == pytest.approx(1 / best)  # found once


def test_ndcg_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import ndcg_score

    relevant = np.array([[0, 1, 0, 1, 0]])
    scores = np.array([[5, 4, 3, 2, 1]])
    assert ndcg_at([0, 1, 2, 3, 4], {1, 3}, 5) == pytest.approx(ndcg_score(relevant, scores))


def test_precision_and_recall_of_citations() -> None:
    assert precision_recall(["p1", "p2"], {"p1", "p3"}) == (0.5, 0.5)
    assert precision_recall([], {"p1"}) == (None, 0)


def test_risk_coverage_and_its_area_by_hand() -> None:
    confidences, wrong = [0.9, 0.8, 0.7, 0.6], [0.0, 1.0, 0.0, 1.0]
    assert risk_coverage(confidences, wrong) == [(0.25, 0), (0.5, 0.5), (0.75, 1 / 3), (1, 0.5)]
    assert aurc(confidences, wrong) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert aurc([], []) is None
    assert aurc([0.5, 0.4], [0, 0]) == 0
    assert aurc([0.5, 0.4], [1, 1]) == 1
    assert risk_coverage([0.9], [1.0], asked=4) == [(0.25, 1)]


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=8))
def test_answers_of_one_confidence_count_alike_in_any_order(wrong: list[float]) -> None:
    same = [0.5] * len(wrong)
    share = sum(wrong) / len(wrong)
    assert aurc(same, wrong) == pytest.approx(share)
    assert aurc(same, wrong[::-1]) == pytest.approx(share)


def test_pairs_gain_and_leakage() -> None:
    scores = [("a", 1.0), ("a", 1.0), ("b", 1.0), ("b", 0.0), ("", 1.0), ("alone", 1.0)]
    assert pair_consistency(scores) == 0.5
    assert pair_consistency([("", 1.0)]) is None
    assert multimodal_gain(0.57, 0.21) == pytest.approx(0.36)
    assert leakage(0.21, 0.25) == 0
    assert leakage(0.30, 0.25) == pytest.approx(0.05)


def test_the_interval_holds_what_theory_says() -> None:
    values = [0.0] * 50 + [1.0] * 50
    interval = mean_interval(values)
    assert interval.mean == 0.5
    half = 1.96 * 0.5 / math.sqrt(100)
    assert interval.low == pytest.approx(0.5 - half, abs=0.015)
    assert interval.high == pytest.approx(0.5 + half, abs=0.015)
    assert interval == mean_interval(values)
    assert not mean_interval([1.0, -1.0, 0.5, -0.5]).certain
    assert mean_interval([1.0, 1.0]) == (1, 1, 1)
    with pytest.raises(ValueError, match="one or more"):
        mean_interval([])


def test_tasks_of_a_group_are_drawn_together() -> None:
    values = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    alone = mean_interval(values)
    grouped = mean_interval(values, ["a"] * 4 + ["b"] * 4)
    assert grouped.mean == alone.mean
    assert grouped.high - grouped.low > alone.high - alone.low


def table(*rows: str, spans: dict[str, tuple[int, int]] | None = None) -> Table:
    """Rows of cells parted by "|"; "." is covered by a span, an empty one has no words."""
    cells = [
        Cell(text=text.strip(), row=r, column=c, row_span=size[0], column_span=size[1])
        for r, row in enumerate(rows)
        for c, text in enumerate(row.split("|"))
        if text.strip() != "."
        for size in [(spans or {}).get(text.strip(), (1, 1))]
    ]
    return Table(cells=tuple(cells))


def test_adjacency_counts_neighbours_by_hand() -> None:
    two_by_two = table("a|b", "c|d")  # a-b, c-d, a-c, b-d
    assert adjacency([two_by_two], [two_by_two]) == Matched(4, 4, 4)
    assert adjacency([], [two_by_two]) == Matched(0, 0, 4)
    assert adjacency([table("a|b", "c|x")], [two_by_two]).right == 2


def test_adjacency_goes_over_empty_cells_and_forgives_signs() -> None:
    gap = table("Year|Q1|Q2", "2004||5 %")  # Year-Q1, Q1-Q2, 2004-5, Year-2004, Q2-5
    assert adjacency([gap], [gap]).wanted == 5
    assert adjacency([table("YEAR:|Q1|Q2", "2004||5%")], [gap]).f1 == 1


def test_adjacency_knows_spans() -> None:
    spanned = table("All items|.", "Number|Share", spans={"All items": (1, 2)})
    assert adjacency([spanned], [spanned]).wanted == 3  # both below the head, and each other
    flat = table("All items|", "Number|Share")
    assert adjacency([flat], [spanned]) == Matched(2, 2, 3)


def test_adjacency_of_a_table_found_in_two_parts() -> None:
    whole = table("a|b", "c|d", "e|f")
    parts = [table("a|b", "c|d"), table("e|f")]
    matched = adjacency(parts, [whole])
    assert (matched.right, matched.found, matched.wanted) == (5, 5, 7)
    assert matched.precision == 1
    assert matched.recall == pytest.approx(5 / 7)
    assert (matched + Matched(0, 5, 0)).precision == 0.5


def test_cells_in_the_right_place() -> None:
    def cell(text: str, x: float, page: int = 1) -> Cell:
        return Cell(text=text, row=0, column=0, box=box(x), page=page)

    truth = [cell("a", 0), cell("b", 20), cell("c", 40), cell("a", 60)]
    found_cells = [cell("a", 1), cell("b", 29), cell("c", 40, page=2), cell("a", 60)]
    assert boxed_right(found_cells, truth) == (2, 3)  # b is beside its place, c on another page


def test_reliability_by_hand() -> None:
    low, high = reliability([0.1, 0.85, 0.88, 0.89], [0, 1, 0, 1])
    assert (low.low, low.high, low.count, low.confidence, low.right) == (0.1, 0.2, 1, 0.1, 0)
    assert (high.count, high.right) == (3, pytest.approx(2 / 3))
    wanted = (1 * 0.1 + 3 * abs((0.85 + 0.88 + 0.89) / 3 - 2 / 3)) / 4
    assert expected_calibration_error([low, high]) == pytest.approx(wanted)
    assert expected_calibration_error([]) is None


def test_full_confidence_is_of_the_last_bin() -> None:
    (only,) = reliability([1.0], [1.0])
    assert (only.low, only.high, expected_calibration_error([only])) == (0.9, 1.0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40))
def test_every_answer_is_in_one_bin(given_answers: list[tuple[float, float]]) -> None:
    bins = reliability([c for c, _ in given_answers], [right for _, right in given_answers])
    assert sum(one.count for one in bins) == len(given_answers)
    assert 0 <= (expected_calibration_error(bins) or 0) <= 1


def test_a_temperature_is_found_again() -> None:
    """Answers that are .9 sure and right three times in four are too sure by a temperature of 2."""
    confidences, right = [0.9] * 40, [1.0] * 30 + [0.0] * 10
    assert fitted_temperature(confidences, right) == pytest.approx(2.0, abs=0.02)
    assert fitted_temperature(confidences[:20], right[:20]) is None
    assert fitted_temperature(confidences, [1.0] * 40) is None


def test_quotation_marks_of_print_are_punctuation() -> None:
    assert text.contains("“SADDLE” became “LEMON”", ["LEMON"]) == 1
    assert text.exact_match("„Ja“", ["ja"]) == 1
