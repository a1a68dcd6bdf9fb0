"""What the package does with foreign text takes time that grows with its length, not with its square.

The interpreter's lock is held while a regular expression runs: no time limit, Stop or health check
helps against a bad one. Each is tried on short lines of every kind, and on those that took it longest
with a megabyte.
"""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterable

import pytest
from looktwice.agent.evidence.citation import statements
from looktwice.agent.evidence.rendering import as_data, fit, unfenced
from looktwice.agent.nodes.intake import pictures_named
from looktwice.agent.text.amounts import amounts
from looktwice.agent.text.facts import (
    content_words,
    dates,
    named_dates,
    numbers,
    squeezed,
    without_dates,
)
from looktwice.agent.verification.change import sums
from looktwice.agent.verification.wording import gives_up, offered
from looktwice.cli.show.text import one_line
from looktwice.retrieval.text.sentences import count_words, pieces, sentence_ends
from looktwice.retrieval.text.terms import normalise, query_terms
from looktwice.schema import Picture
from looktwice.ui.web.html.escaping import prose

from .patterns_kit import TooSlow, Use, try_out, uses_of_patterns, within
from .patterns_lines import common, made_for, nested

SHORT, PAGE, LONG = 4_000, 200_000, 2**20
"""Letters of the lines of all kinds; of a page; and of those lines that were slowest."""
SECONDS = 0.5
SLOWEST = 2
ON_TAILS = {"agent/repetition.py:_WORDS", "agent/repetition.py:_MARKS"}
"""Tried on the last letters of a draft only, not on foreign text."""
USES = [use for use in uses_of_patterns() if use.place not in ON_TAILS]
LINES = list(common(SHORT))

PICTURES = [
    Picture(sha256=sign * 64, width=1, height=1, format="PNG", name=f"{sign}.png") for sign in "ab"
]
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "amounts": lambda text: amounts(text, frozenset()),
    "as_data": as_data,
    "content_words": content_words,
    "count_words": count_words,
    "dates": dates,
    "fit": lambda text: fit(text, 1000),
    "gives_up": gives_up,
    "named_dates": named_dates,
    "normalise": normalise,
    "numbers": numbers,
    "offered": offered,
    "pictures_named": lambda text: pictures_named(text, PICTURES),
    "pieces": lambda text: list(pieces(text, 100)),
    "one_line": one_line,
    "prose": prose,
    "query_terms": query_terms,
    "sentence_ends": lambda text: list(sentence_ends(text)),
    "squeezed": squeezed,
    "statements": statements,
    "sums": lambda text: list(sums(text)),
    "unfenced": unfenced,
    "without_dates": without_dates,
}
"""What is done with whole questions, drafts, evidence and pages in the owner's process."""


def test_patterns_are_found_wherever_they_are_written() -> None:
    places = {use.place.partition(":")[0] for use in USES}
    assert {"retrieval/text/terms.py", "agent/nodes/intake.py", "ui/http/hosts.py"} <= places
    assert {use.how for use in USES} == {"search", "match", "fullmatch"}


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.place}-{use.how}")
def test_every_pattern_takes_a_megabyte_in_half_a_second(use: Use) -> None:
    def work(line: str) -> None:
        try_out(use, line)

    for line in slowest(work, [*LINES, *made_for(use.pattern, SHORT)]):
        assert any(done(work, longer(line, LONG), SECONDS) for _ in range(3)), line[:80]


@pytest.mark.parametrize("source", [r"\s+x", r"[^;=]+ = [^;]+", r"<!--.*?-->", r"[.!]+(?=\s)"])
def test_a_pattern_that_takes_the_square_is_noticed(source: str) -> None:
    use = Use("here", re.compile(source), "search")
    lines = slowest(lambda text: try_out(use, text), made_for(use.pattern, SHORT))
    with pytest.raises(TooSlow), within(SECONDS):
        try_out(use, "".join(longer(line, PAGE) for line in lines))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_work_on_a_page_grows_with_its_length(name: str) -> None:
    work = FUNCTIONS[name]
    work("what is loaded at the first call")
    for line in slowest(work, [*LINES, *nested(SHORT)]):
        short = min(seconds(work, longer(line, PAGE // 16) + str(at)) for at in range(3))
        allowed = max(2 * SECONDS, 16 * 8 * short)  # the square would take 16 times 16
        assert any(done(work, longer(line, PAGE) + str(at), allowed) for at in range(3)), line[:80]


def done(work: Callable[[str], object], line: str, allowed: float) -> bool:
    """Whether so many seconds were enough; a busy machine makes one in many runs slow."""
    try:
        with within(allowed):
            work(line)
    except TooSlow:
        return False
    return True


def slowest(work: Callable[[str], object], lines: Iterable[str]) -> list[str]:
    """The lines that something took longest with."""
    return heapq.nlargest(SLOWEST, lines, key=lambda line: seconds(work, line))


def seconds(work: Callable[[str], object], line: str) -> float:
    """Of processor time; TooSlow where a line of a few letters takes long already."""
    with within(2 * SECONDS):
        began = time.process_time()
        work(line)
        return time.process_time() - began


def longer(line: str, length: int) -> str:
    """The same kind of line with more letters: what it repeats, more often."""
    start, body, end = line[:200], line[200:-200], line[-200:]
    return start + body * (length // len(body)) + end
