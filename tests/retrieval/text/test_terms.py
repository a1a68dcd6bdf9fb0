"""terms: spellings of the same thing meet, whatever the script; any text is taken, in little time."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from looktwice.retrieval.text.terms import normalise, query_terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1,577", "1577"),
        ("1,577", "1.577"),
        ("1,577.0", "1577"),
        ("1,577.25", "1.577,25"),
        ("1,577.25", "1577.250"),
        ("1,577.25", "1,577"),  # rounded
        ("1\u202f577,25", "1577.25"),
        ("1\u00a0577", "1577"),
        ("1'577", "1’577"),
        ("12,00,000", "1,200,000"),
        ("3.50%", "3,5 %"),
        ("0.577", "0,577"),
        ("١٬٥٧٧٫٢٥", "1577.25"),
        ("１５７７", "1577"),
        ("FY2018", "2018"),
        ("10-K", "10K"),
        ("10‑K", "10 K"),
        ("5.2M", "5.2 m"),
        ("COVID-19", "Covid19"),
        ("R&D", "rd"),
        ("U.S.", "US"),
        ("e-mail", "email"),
        ("3M_2018_10K.pdf", "10K"),
        ("the company’s", "company"),
        ("infor-\nmation", "information"),
        ("long-\nterm", "long-term"),
        ("sup\u00adply", "supply"),
        ("sup\u00ad\nply", "supply"),
        ("ﬁnance", "finance"),
        ("Straße", "STRASSE"),
        ("Cafe\u0301", "cafe"),
        ("кни́га", "книга"),
        ("مُحَمَّد", "محمد"),
        ("日本語の本", "日本語"),
        ("2018年度", "2018"),
        ("ข้อมูลภาษาไทย", "ภาษาไทย"),
        ("서울특별시에서", "서울특별시"),
    ],
)
def test_two_spellings_share_a_term(one: str, other: str) -> None:
    assert set(query_terms(one)) & set(query_terms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,577", "577"),
        ("1,577.25", "25"),
        ("3.5", "35"),
        ("3.5", "5"),
        ("1577.25", "1577.52x"),
        ("12.5", "125"),
        ("日本", "本日"),
        ("information", "mation"),
    ],
)
def test_what_is_different_stays_apart(one: str, other: str) -> None:
    shared = set(query_terms(one)) & set(query_terms(other))
    assert shared <= {"1577"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("2017-2018", ["2017", "2018"]),
        ("2017,2018", ["2017", "2018"]),
        ("08/19/2022", ["08", "19", "2022"]),
        ("19.08.2022", ["19", "08", "2022"]),
        ("1.2.3", ["1", "2", "3"]),
        ("12.2022", ["12", "2022"]),
        ("long-term", ["long", "term"]),
        ("10–12.5", ["10", "12p5"]),
        ("in 2018. The", ["in", "2018", "the"]),
        ("a1b2c3d4e5", ["a1b2c3d4e5"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("日", ["日"]),
        ("to be or not to be", ["to", "be", "or", "not"]),
        ("", []),
        ('"*:^()', []),
    ],
)
def test_terms_of(text: str, terms: list[str]) -> None:
    assert query_terms(text) == terms


@given(st.text(st.characters(exclude_categories=[])))
@example("\ud800\udc00 \ud83d half")
@example("\0a\0")
def test_terms_of_any_text_hold_letters_digits_and_marks_only(text: str) -> None:
    for term in query_terms(text):
        assert term
        assert {unicodedata.category(c)[0] for c in term} <= set("LNM")


@given(st.from_regex(r"[\d.,]{1,12}", fullmatch=True))
def test_no_digit_of_a_number_is_lost_but_zeros_at_its_end(number: str) -> None:
    kept = set("".join(query_terms(number)))
    assert {c for c in number if c in "123456789"} <= kept


@pytest.mark.parametrize(
    "piece", ["1-", "1.", "a.", "a-", "a", "日", "1'111", "-\n", "1a", "'s", "&"]
)
def test_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        times = []
        for _ in range(3):
            start = time.perf_counter()
            normalise(text)
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds(160_000) < 80 * seconds(10_000) + 0.1  # 16 is linear, 256 the square
