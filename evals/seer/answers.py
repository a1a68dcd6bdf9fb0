"""Drafts of a task: the right one, and one that is wrong in a number or a word."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from ...schema import Answer, Box
from ..scoring import MATCHERS, score
from ..task import Task

RIGHT_FROM = 0.9
"""Share of its parts that a long answer must have to count as right here; one part less is harm."""
NOT_THERE = "I can't tell: the picture does not show it."
NOT_SHOWN = "I can't tell: no picture is shown to me."
_INVENTED = "It is 42, as the picture says."
_DIGITS = re.compile(r"\d+")
_WORDS = (
    ("red", "blue", "green", "yellow", "purple"),
    ("first", "second"),
    ("yes", "no"),
    ("A)", "B)", "C)"),
)


def right(task: Task) -> str:
    """How someone who sees everything would say it."""
    if not task.truth.answers:
        return NOT_THERE
    first = task.truth.answers[0].split("<OR>")[0]
    return re.sub(r"\s*<AND>\s*", " and ", first)


def invented(task: Task) -> str:
    """An answer to what cannot be answered."""
    return _INVENTED


def talkative(draft: str) -> str:
    """The draft among other words."""
    end = "" if draft.rstrip().endswith((".", "|", "}", "!", "?")) else "."
    return (
        f"{draft}{end}\n\nI looked at everything that is shown here with great care. "
        "Let me know if I can help with anything else!"
    )


def is_right(task: Task, text: str) -> bool:
    """Whether an answer counts as right here."""
    if not task.truth.answers:
        return False
    match = MATCHERS[task.truth.match]
    return match(text, task.truth.answers, task.question) >= RIGHT_FROM


def survives(task: Task, answer: Answer) -> bool:
    """Whether an answer of the loop is still right."""
    given = answer.status in ("answered", "partial")
    return given and score(task, answer).score >= RIGHT_FROM


def is_true(task: Task, statement: str) -> bool:
    """Whether a statement, which may be a part of an answer or have words around it, is right."""
    if not task.truth.answers:
        return False
    said, whole = _words(statement), _words(right(task))
    if is_right(task, statement) or (task.truth.match == "grade" and _holds(said, whole)):
        return True
    return _holds(whole, said) and bool(statement.strip())


def _words(text: str) -> list[str]:
    """Words and whole numbers, so that 43 does not stand in 52.43."""
    return re.findall(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+", text.casefold())


def _holds(words: list[str], part: list[str]) -> bool:
    """Whether a run of words is the part."""
    return any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def in_doubt(task: Task) -> tuple[Box, ...]:
    """Where that stands which `slip` has wrong; all boxes where it cannot be told apart."""
    parts = task.truth.answers[-1].split("<AND>") if task.truth.answers else []
    boxes = task.truth.boxes
    if len(parts) != len(boxes):
        return boxes
    wrong = _words(slip(task))
    at = [n for n, part in enumerate(parts) if not _holds(wrong, _words(part))]
    return tuple(boxes[n] for n in at) or boxes


def has_number(task: Task) -> bool:
    """Whether the answer is wrong once a number in it is."""
    changed = _numbers_changed(task, right(task))
    return bool(task.truth.answers) and any(not is_right(task, other) for other in changed)


def slip(task: Task) -> str:
    """The right draft with one thing wrong: a number where it has one, else a word."""
    draft = right(task)
    for other in (*_numbers_changed(task, draft), *_words_changed(draft)):
        if not is_right(task, other):
            return other
    return "something else"


def _numbers_changed(task: Task, draft: str) -> Iterator[str]:
    """One number after the other changed, those first that the question does not name."""
    rng = random.Random(task.id)
    found = list(_DIGITS.finditer(draft))
    named = set(_DIGITS.findall(task.question))
    for match in sorted(found, key=lambda m: (m.group() in named, rng.random())):
        digits = match.group()
        at = rng.randrange(1 if len(digits) > 1 else 0, len(digits))
        digit = (int(digits[at]) + rng.choice((1, 2, 3))) % 10
        yield (
            draft[: match.start()]
            + digits[:at]
            + str(digit)
            + digits[at + 1 :]
            + draft[match.end() :]
        )


def _words_changed(draft: str) -> Iterator[str]:
    """A colour, an order, a yes or a letter taken for another; else letters mixed up."""
    for group in _WORDS:
        for word, other in zip(group, (*group[1:], group[0]), strict=True):
            pattern = rf"\b{re.escape(word)}" + (r"\b" if word[-1].isalpha() else "")
            if re.search(pattern, draft, re.IGNORECASE):
                yield re.sub(pattern, other, draft, count=1, flags=re.IGNORECASE)
    if draft in "ABCDE":
        yield "ABCDE"[("ABCDE".index(draft) + 1) % 3]
    yield draft[::-1]
