"""Whether the numbers of a draft stand where the question's own words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from ...retrieval.text.row_figures import cells_of
from ...schema import Cell, Evidence
from ..evidence.contents import ContentLine, lines_of_pages, number_of, years_in
from ..text.amounts import forms_of
from ..text.facts import content_words, numbers, replace_value, written_as, years_of
from ..text.rarity import rarity

LEAST_SHARE = 0.4
"""Of the question's rare words in the line that has most of them: what the number's own line must hold."""

MOST_WORDS = 3
"""Besides its numbers, in a draft that is a number: its unit, its period."""
_FEWEST_WORDS = 2
"""Of a row's name, from which it is about one thing: "sales" alone are many."""
_FEWEST_DIGITS = 2
"""Of a number that may be a rounded one: a single digit is the rounding of too many."""
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


def right_rounding(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft with numbers as they are written in the row that is asked for, where it rounded them.

    Only one that stands nowhere in that row, and to which one number of it is rounded.
    """
    texts = [item.text for item in evidence if item.kind == "passage"]
    _, cells = _row_asked_for(question, lines_of_pages(evidence))
    values = set().union(*map(number_of, cells))
    for said, forms in forms_of(draft, question, texts).items() if cells else ():
        if len(said) < _FEWEST_DIGITS or forms & values or said in numbers(question):
            continue
        exact = [cell for cell in cells if said in {_rounded(n, said) for n in number_of(cell)}]
        meant = {min(number_of(cell), key=len) for cell in exact}
        if len(meant) == 1:
            (number,) = meant
            draft = replace_value(draft, said, written_as(exact[0].text, number))
    return draft


def _rounded(number: str, to: str) -> str:
    """A number with as many places as another one has."""
    places = Decimal(1).scaleb(-len(to.partition(".")[2]))
    return str(Decimal(number).quantize(places, ROUND_HALF_UP))


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
    name, cells = _row_asked_for(question, lines)
    asked, of = content_words(question), content_words(name)
    values = set().union(*map(number_of, cells))
    for number, forms in said.items() if values else ():
        own = [line for line in lines if forms & _numbers(line)]
        elsewhere = (
            (content_words(line.told) & asked) - of - set(numbers(question))
            or (of <= content_words(line.told) and _is_of_one(line))
            for line in own
        )
        if own and not forms & values and not any(elsewhere):
            yield f"{number} does not stand beside “{name}”, where there is {_told(cells)}"


def _row_asked_for(question: str, lines: Sequence[ContentLine]) -> tuple[str, list[Cell]]:
    """The row whose whole name is in the question, and its cells for the years that are asked about."""
    asked, years = content_words(question), years_of(question)
    named = [x for x in lines if x.label and content_words(x.label) <= asked]
    name = max((x.label for x in named), key=lambda label: len(content_words(label)), default="")
    if len(content_words(name)) < _FEWEST_WORDS:
        return "", []
    cells = [cell for x in named if x.label == name for cell in x.cells]
    return name, [cell for cell in cells if not years or years_in(cell) & years]


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
