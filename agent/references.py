"""Documents and pages that a question names: it is about these, whatever a search would rather find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..retrieval.outline import Section
from ..retrieval.text.wording import stem
from .text.facts import numbers

_FEWEST_LETTERS = 5
"""Of a file's name without its ending, to be taken for a name and not for a word."""
_MOST_PAGES = 5
_PLAIN_NAME = "report.pdf"
_INTRODUCED = re.compile(r"^\W*(?:[^\W\d_]+\W+){0,3}$")
"""What stands before a name at the beginning: "In", "According to the document"."""
_SHEET = r"pages?|slides?|seiten?|folien?|p[áa]ginas?|diapositivas?|diapositives?"
_SPELLED = re.compile(rf"\b(?:{_SHEET})\s+([^\W\d_]{{3,12}})\b", re.IGNORECASE)
_PLACE = re.compile(
    rf"\b(?:{_SHEET}|pp?\.|s\.|第)\s*"
    r"(\d{1,4})(?:\s*(?:[-–]|to|bis|a|à)\s*(\d{1,4}))?(?!\d)",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?:第\s{0,4})?(\d{1,4})\s{0,4}[页頁ページ]")
_PART = (
    r"(?:appendix|annex|anhang|annexe|anexo|chapter|kapitel|chapitre|cap[ií]tulo|section"
    r"|abschnitt|part|teil)"
)
_MEANS_A_PART = re.compile(rf"\b{_PART}\b", re.IGNORECASE)
_NUMBERED_TITLE = re.compile(
    rf"\W{{0,2}}{_PART}\s+(?:[a-z]|[ivx]{{1,5}}|\d{{1,3}}(?:\.\d{{1,3}}){{0,3}})(?!\w)",
    re.IGNORECASE,
)
_NTH = re.compile(
    r"\b(?:(second|2nd)|(third|3rd)|(fourth|4th)|(fifth|5th))\s+(?:page|slide)\b", re.IGNORECASE
)
_LAST = re.compile(
    r"\b(?:last|final|letzten?|última|dernière)\s+(?:page|slide|seite|folie|página)", re.IGNORECASE
)
_FIRST = re.compile(
    r"\b(?:first|cover|title|ersten?|primera|première)\s+(?:page|slide|seite|folie|página)"
    r"|\bon the (?:front )?cover\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reference:
    """Which documents a question names, and what it asks without their names."""

    documents: tuple[str, ...]
    question: str


def named_documents(question: str, names: Iterable[str]) -> Reference:
    """The documents of an index that a question names by their files.

    A name with its ending counts anywhere; without it only where it cannot be a word: it holds a digit,
    a dash or an underscore.

    Args:
        names: of all documents.

    Returns:
        The names, and the question without "In report.pdf:"; as it was where it names none.
    """
    spans = []
    lowered = question.casefold()
    for name in names:
        for form in dict.fromkeys((name, name.rsplit("/", 1)[-1], stem(name))):
            if form == stem(name) and not _is_no_word(form):
                continue
            at = lowered.find(form.casefold())
            if at >= 0 and _alone(question, at, at + len(form)):
                spans.append((at, at + len(form), name))
                break
    spans = [s for s in spans if not any(_inside(s, other) for other in spans)]
    documents = tuple(dict.fromkeys(name for _, _, name in sorted(spans)))
    return Reference(documents, _without(question, sorted(spans)) if spans else question)


def plainly_named(question: str, documents: Iterable[str]) -> str:
    """A question with one plain name for all documents: of what kind it is does not hang on theirs."""
    forms = {form for name in documents for form in (name, name.rsplit("/", 1)[-1], stem(name))}
    for form in sorted(forms, key=len, reverse=True):
        question = re.sub(
            rf"(?<!\w){re.escape(form)}(?!\w)", _PLAIN_NAME, question, flags=re.IGNORECASE
        )
    return question


def named_pages(question: str, pages: int) -> tuple[int, ...]:
    """Numbers of the pages a question names: "page 14", "slides 3 to 5", "the last page".

    Args:
        pages: how many the document has; numbers beyond are left out.
    """
    found = _numbers(question)
    found += [match.lastindex + 1 for match in _NTH.finditer(question) if match.lastindex]
    if _LAST.search(question):
        found.append(pages)
    if _FIRST.search(question):
        found.append(1)
    return tuple(n for n in dict.fromkeys(found) if 1 <= n <= pages)[:_MOST_PAGES]


def named_sections(question: str, sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections whose headings, or the numbers of whose headings, a question says.

    "Appendix E" is the section headed "Appendix E: Strengths"; of a heading without a number all words
    have to be there: at least three, or two where the question speaks of a section or writes them as the
    heading does, or one where it does both.
    """
    said = f" {_squeezed(question)} "
    found = []
    for section in sections:
        title = _squeezed(section.title)
        numbered = _NUMBERED_TITLE.match(section.title)
        short = _squeezed(numbered[0]) if numbered else ""
        fewest = 3 - bool(_MEANS_A_PART.search(question)) - (section.title in question)
        whole = len(title.split()) >= fewest and f" {title} " in said
        if whole or (short and f" {short} " in said):
            found.append(section)
    return tuple(found[:_MOST_PAGES])


def _squeezed(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def page_labels(question: str) -> tuple[str, ...]:
    """Numbers that a question names as those of pages, as they may be printed on them."""
    return tuple(str(number) for number in _numbers(question))


def _numbers(question: str) -> list[int]:
    found: list[int] = []
    for match in (*_PLACE.finditer(question), *_AFTER.finditer(question)):
        first = int(match[1])
        last = int(match[2]) if match.re is _PLACE and match[2] else first
        found += range(first, min(last, first + _MOST_PAGES - 1) + 1)
    spelled = (numbers(match[1]) for match in _SPELLED.finditer(question))
    return found + [int(number) for said in spelled for number in said]


def _is_no_word(text: str) -> bool:
    return len(text) >= _FEWEST_LETTERS and any(c.isdigit() or c in "-_" for c in text)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether no letter touches what stands there."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not before.isalnum() and not after.isalnum()


def _inside(span: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def _without(question: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The question without names; one that introduces it goes with what stands before it."""
    start, end, _ = spans[0]
    introduced = len(spans) == 1 and _INTRODUCED.match(question[:start])
    rest = question[end:].lstrip("\"'»”)* ")
    if introduced and rest[:1] in (":", ","):
        return rest[1:].strip() or question
    return question
