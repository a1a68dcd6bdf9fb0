"""What is embedded of a page."""

from __future__ import annotations

from looktwice.retrieval.text.wording import embedded_texts, spoken

PAGE = "Acme Inc.\none two\nthree four\npage 3"


def test_running_head_and_foot_go_with_the_first_and_the_last_passage() -> None:
    first, last = embedded_texts("a/Acme_2018.pdf", PAGE, [(10, 17), (18, 28)])
    assert first == "a Acme 2018\nAcme Inc.\none two"
    assert last == "a Acme 2018\nthree four\npage 3"
    assert list(embedded_texts("x.txt", PAGE, [(10, 28)])) == [f"x\n{PAGE}"]
    assert list(embedded_texts("x.txt", PAGE, [])) == []


def test_a_name_is_told_as_words() -> None:
    assert spoken("2021/3M_2018_10K.pdf") == "2021 3M 2018 10K"
