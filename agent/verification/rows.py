"""Whether the numbers of a draft stand where the question's own words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...retrieval.text.row_figures import cells_of
from ...schema import Cell, Evidence
from ..evidence.contents import ContentLine, lines_of_pages, number_of, years_in
from ..text.amounts import forms_of
from ..text.facts import content_words, numbers, years_of
from ..text.rarity import rarity

LEAST_SHARE = 0.4
"""Of the question's rare words in the line that has most of them: what the number's own line must hold."""

MOST_WORDS = 3
"""Besides its numbers, in a draft that is a number: its unit, its period."""
_FEWEST_WORDS = 2
"""Of a row's name, from which it is about one thing: "sales" alone are many."""
_MOST_TOLD = 6
"""Cells of a row that a draft is written anew with."""
_MARK = re.compile(r"^\s{0,9}[(\[]?\d{1,2}[.)\]]\s")


def misplaced(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers of a draft that stand beside something else than was asked for, as sentences.

    Only lines of retrieved pages that hold numbers are compared, and only drafts that are little more than
    a number: a sentence has words of its own to be checked by.
    """
    if len(content_words(draft) - set(numbers(draft)) - content_words(question)) > MOST_WORDS:
        return []
    texts = [item.text for item in evidence if item.kind == "passage"]
    lines = [line for line in lines_of_pages(evidence) if _figures(line)]
    asked = set(numbers(question))
    said = {n: f for n, f in forms_of(draft, question, texts).items() if n not in asked}
    return [*_off_topic(said, question, lines)] or [*_of_other_rows(said, question, lines)]


def _off_topic(
    said: Mapping[str, set[str]], question: str, lines: Sequence[ContentLine]
) -> Iterator[str]:
    """Numbers whose lines hold far fewer of the question's rare words than others do.

    A row of another thing ("Adjusted EBIT" where EBITDA was asked for) has the right form and the right
    year. A number that also stands without any word, as in charts and figures, may be of what is asked.
    """
    scores = _scores(question, lines)
    best = max(scores, default=0.0)
    for number, forms in said.items():
        own = [(s, x) for s, x in zip(scores, lines, strict=True) if forms & _numbers(x)]
        if any(_is_bare(line) for _, line in own):
            continue
        if own and max(score for score, _ in own) < LEAST_SHARE * best:
            yield f"{number} stands in a line about something else"


def _is_bare(line: ContentLine) -> bool:
    """Whether a line holds numbers and signs only."""
    return not content_words(line.told) - set(numbers(line.told))


def _of_other_rows(
    said: Mapping[str, set[str]], question: str, lines: Sequence[ContentLine]
) -> Iterator[str]:
    """Numbers that are none of the row which is called what the question asks for.

    A line that lists several things and their numbers does not say whose a number is; a row of a table
    does. Nothing is found where the number's own line knows more of the question's words
    than the name of that row, or where another line says the name and the number.
    """
    asked, years = content_words(question), years_of(question)
    named = [x for x in lines if x.label and content_words(x.label) <= asked]
    name = max((x.label for x in named), key=lambda label: len(content_words(label)), default="")
    of = content_words(name)
    cells = [cell for x in named if x.label == name for cell in x.cells]
    cells = [cell for cell in cells if not years or years_in(cell) & years]
    values = set().union(*map(number_of, cells))
    for number, forms in said.items() if values and len(of) >= _FEWEST_WORDS else ():
        own = [line for line in lines if forms & _numbers(line)]
        elsewhere = (
            (content_words(line.told) & asked) - of - set(numbers(question))
            or (of <= content_words(line.told) and _is_of_one(line))
            for line in own
        )
        if own and not forms & values and not any(elsewhere):
            yield f"{number} does not stand beside “{name}”, where there is {_told(cells)}"


def _told(cells: Iterable[Cell]) -> str:
    """Cells with what they stand under, as a model can copy them."""
    said = [
        f"{cell.text} ({' '.join(cell.header)})" if cell.header else cell.text for cell in cells
    ]
    return ", ".join([*dict.fromkeys(said)][:_MOST_TOLD])


def _figures(line: ContentLine) -> set[str]:
    """The numbers of a line that tell something: a head has years alone, a note its mark."""
    words = _MARK.sub("", line.words)
    return set(numbers(words)) - years_of(words)


def _is_of_one(line: ContentLine) -> bool:
    """Whether a line's numbers are all of what it names."""
    return bool(line.cells) or len(cells_of(line.words)[1]) <= 1


def _numbers(line: ContentLine) -> set[str]:
    return set(numbers(line.words))


def _scores(question: str, lines: Sequence[ContentLine]) -> list[float]:
    """How many of the question's words each line holds, rare ones counting more."""
    asked = content_words(question)
    there = [content_words(line.told) & asked for line in lines]
    rare = rarity(asked, there)
    return [sum(rare[word] for word in words) for words in there]
