"""Where each statement of an answer is written or seen.

Citing is a step of its own (after MciteBench: naming the right source is the hard part): sources are
found by aligning words with evidence, and quotations with the characters of their page, never by asking a
model for numbers of pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ...retrieval.pages import Page
from ...retrieval.text.locate import locate
from ...schema import Box, Citation, Evidence, TextLine
from ..text.amounts import in_other_units
from ..text.facts import content_words, numbers, squeezed
from ..text.polarity import POLAR
from .contents import ContentLine, lines_of, words_beside
from .grounding import facts_in
from .provenance import provenance

FindPage: TypeAlias = Callable[[str, int], Page | None]
"""Gives a page by its document's name and its number, or None where there is none any more."""

_STATEMENT = re.compile(r"[^\n.!?]*(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*", re.UNICODE)
_MOST_LINES = 4
MOST_PAGES = 3
"""Pages cited for one answer, further ones of its sums apart."""
_MOST_OF_IT = 0.5
"""Share of a statement's own words that evidence has to hold to bear it out."""
WORDS_BESIDE = 2
"""Of the question, in the line of another page that is to say the same."""


def no_page(document: str, number: int) -> Page | None:
    """For evidence that is not from documents."""
    return None


def statements(text: str) -> list[tuple[int, int]]:
    """Character spans of a text's sentences, in order; points inside numbers do not end one."""
    spans = []
    for match in _STATEMENT.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        end = match.start() + len(piece.rstrip())
        if content_words(text[start:end]) or text[start:end].strip(" .!?"):
            spans.append((start, end))
    return spans


def cite(
    text: str,
    question: str,
    evidence: Sequence[Evidence],
    find_page: FindPage = no_page,
    retrieved: Sequence[Evidence] = (),
) -> tuple[Citation, ...]:
    """The best source of each statement, where there is one, and other pages that say the same.

    What a sum was made of is cited as well: where its numbers stand. A bare yes or no has no words of its
    own; the pages that have most of the question's are cited.

    Args:
        find_page: gives the page of a document, on which passages are quoted to the word.
        retrieved: passages the model was not shown, which may still bear a statement out.
    """
    found: list[Citation] = []
    for a, b in statements(text):
        if not any(map(str.isalnum, text[a:b])):
            continue  # the rule below the head of a table
        first = cite_statement(text[a:b], a, question, evidence, find_page)
        if first is None:
            continue
        found += [first, *cite_operands(first, question, evidence, find_page)]
        said = said_words(text[a:b], question, evidence) - POLAR
        places = {c.source for c in found}
        for item in _saying(said, question, [*evidence, *retrieved] if said else evidence):
            if item.source not in places and len(places) < MOST_PAGES:
                places.add(item.source)
                also = cite_statement(text[a:b], a, question, [item], find_page)
                found += [also] if also is not None else []
    return tuple(found)


def _saying(said: set[str], question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Passages with a line that holds all that is said, those with most words of the question first."""
    asked = content_words(question) - said

    def beside(item: Evidence) -> int:
        lines = (content_words(line.told) for line in lines_of(item))
        return max((len(asked & there) for there in lines if said <= there), default=0)

    passages = [(beside(item), item) for item in evidence if item.kind == "passage"]
    passages.sort(key=lambda pair: -pair[0])
    return [item for count, item in passages if count >= WORDS_BESIDE]


def cite_statement(
    statement: str,
    start: int,
    question: str,
    evidence: Sequence[Evidence],
    find_page: FindPage = no_page,
) -> Citation | None:
    """The evidence that shares most words with a statement; the question's words break ties.

    Among passages with the same words, the one that has the question's words on the same lines wins.
    """
    said, asked = said_words(statement, question, evidence), content_words(question)

    def fitness(item: Evidence) -> tuple[int, int, int]:
        there = content_words(f"{item.text} {words_beside(item)}")
        if item.kind != "passage":
            return len(said & there), 0, len(asked & there)
        carried = carrying(said, asked, lines_of(item))
        beside = content_words(" ".join(line.told for line in carried))
        return len(said & there), len(asked & beside), len(asked & there)

    fits = [fitness(item) for item in evidence]
    place = max(range(len(fits)), key=fits.__getitem__, default=None)
    if place is None or not any(fits[place]):
        return None
    best = evidence[place]
    quote, boxes = quoted(best, said, asked, find_page)
    return Citation(
        evidence=best.id,
        source=best.source,
        boxes=boxes,
        quote=quote,
        start=start,
        end=start + len(statement),
    )


def bears_out(citation: Citation, text: str, question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether the cited evidence holds what the statement adds to the question, rather than its topic.

    What a model saw itself, in a chart or a drawing, is often found on a page that only names the topic.
    """
    item = next((e for e in evidence if e.id == citation.evidence), None)
    if item is None or provenance(item) == "seen":
        return False
    statement = text[citation.start : citation.end]
    own = said_words(statement, question, evidence) - content_words(question) - POLAR
    figures = {word for word in own if word[0].isdigit()}
    there = content_words(f"{item.text} {words_beside(item)}") | facts_in(item)
    return not own or (figures <= there and len(own & there) >= _MOST_OF_IT * len(own))


def said_words(statement: str, question: str, evidence: Sequence[Evidence]) -> set[str]:
    """The words of a statement; sums in another unit than the evidence's as they are written there."""
    passages = [e.text for e in evidence if e.kind == "passage"]
    converted = in_other_units(statement, question, passages) if passages else {}
    return content_words(statement).union(*converted.values())


def cite_operands(
    whole: Citation | None, question: str, evidence: Sequence[Evidence], find_page: FindPage
) -> list[Citation]:
    """Where the numbers of a cited sum stand in passages."""
    made = next((e for e in evidence if whole is not None and e.id == whole.evidence), None)
    passages = [e for e in evidence if e.kind == "passage"]
    if whole is None or made is None or made.calculation is None or not passages:
        return []
    operands = dict.fromkeys(numbers(made.calculation.expression))
    holding = [n for n in operands if any(n in numbers(e.text) for e in passages)]
    return [
        found.model_copy(update={"start": whole.start, "end": whole.end})
        for n in holding
        if (found := cite_statement(n, 0, question, passages, find_page)) is not None
    ]


def quoted(
    item: Evidence, said: set[str], asked: set[str], find_page: FindPage
) -> tuple[str, tuple[Box, ...]]:
    """The words of evidence that carry a statement, and where they stand."""
    # A bare yes has no words of its own: the question's are quoted.
    of_page = lines_of(item) if item.kind == "passage" else []
    if found := carrying(said - POLAR or asked, asked, of_page):
        texts = [line.words for line in found]
        return " ".join(texts), on_page(item, texts, find_page)
    lines = carrying_lines(said, asked, item.lines)
    boxes = tuple(line.box for line in lines) or own_boxes(item)
    return " ".join(line.text for line in lines) or first_line(item.text), boxes


def on_page(item: Evidence, texts: Sequence[str], find_page: FindPage) -> tuple[Box, ...]:
    """Where lines of a passage stand: its own lines' boxes, else found by aligning with the page."""
    wanted = {squeezed(text) for text in texts}
    own = [line for line in item.lines if squeezed(line.text) in wanted]
    if {squeezed(line.text) for line in own} == wanted:
        return tuple(line.box for line in own)
    source = item.source
    page = find_page(source.document, source.page) if source.document and source.page else None
    if page is None:
        return own_boxes(item)
    near = locate(item.text, page)
    spans = [span for text in texts if (span := locate(text, page, near)) is not None]
    return tuple(box for span in spans for box in page.boxes_of(*span)) or own_boxes(item)


def own_boxes(item: Evidence) -> tuple[Box, ...]:
    """Where evidence as a whole lies."""
    return item.boxes or tuple(d.box for d in item.detections)


def carrying_lines(said: set[str], asked: set[str], lines: Sequence[TextLine]) -> list[TextLine]:
    """The fewest lines that hold the statement's words; see `carrying`.

    Among equals, lines standing in a row that also holds words of the question win ("Total  8.20"
    before "Cash  8.20").
    """
    there = [content_words(line.text) for line in lines]
    row_words: dict[int, set[str]] = {}
    for line, found in zip(lines, there, strict=True):
        row_words.setdefault(line.row, set()).update(found)
    beside = [row_words[line.row] for line in lines]
    return [lines[n] for n in _fewest(said, asked, there, beside)]


def carrying(said: set[str], asked: set[str], lines: Sequence[ContentLine]) -> list[ContentLine]:
    """The fewest lines that hold the statement's words, those with the question's words first."""
    there = [content_words(line.told) for line in lines]
    return [lines[n] for n in _fewest(said, asked, there, there)]


def _fewest(
    said: set[str], asked: set[str], there: Sequence[set[str]], beside: Sequence[set[str]]
) -> list[int]:
    """Places of the fewest lines that hold what is said, greedily, in reading order.

    Args:
        there: the words of each line.
        beside: the words of the row each line stands in.
    """
    left = set(said)
    chosen: list[int] = []
    while left and len(chosen) < _MOST_LINES:
        best = max(
            range(len(there)),
            key=lambda n: (len(left & there[n]), len(asked & beside[n])),
            default=None,
        )
        if best is None or not left & there[best]:
            break
        chosen.append(best)
        left -= there[best]
    return sorted(chosen)


def first_line(text: str) -> str:
    """The first line of a text."""
    return text.splitlines()[0] if text else ""
