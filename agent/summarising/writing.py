"""Sentences that sum up what was read; each has to rest on lines that hold its numbers and its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ...prompts import examples, render
from ...retrieval.text.sentences import sentence_ends
from ...schema import Picture
from ..backends.base import Message
from ..budget import Meter
from ..evidence.grounding import facts_of, stands_among
from ..evidence.rendering import as_data
from ..repetition import RepetitionWatch, once
from ..text.facts import content_words, squeezed, words
from ..text.language import likely_language, script_of
from ..text.rarity import rarity
from .values import SummarySentence, TextSpan

_MOST_LINES = 3
"""That one sentence rests on."""
_GROUNDED = 0.5
"""Share of a sentence's words that stand in the lines, where both are in one language."""
_LONGEST_QUOTE = 320
_CAPITAL = r"[^\W\d_a-z]\w*"
_NAME = re.compile(rf"(?<=[^.!?:]\s){_CAPITAL}|^{_CAPITAL}(?=\s{_CAPITAL})")
"""A word with a capital; of those that begin a sentence only one that another follows."""
_MARK = re.compile(r"^\s*(?:[-*•#]+|\d{1,2}[.)])\s+")
_CAPITAL_NOUNS = frozenset({"de", "lb"})
"""Languages in which every noun is written with a capital, which therefore tells no names."""


class SourceLine(NamedTuple):
    """What the model reads: a sentence of a document, or one that sums up a part of it."""

    text: str
    places: tuple[TextSpan, ...]


def written(
    task: str,
    about: str,
    lines: Sequence[SourceLine],
    model: Meter,
    *,
    most_tokens: int = 120,
    pages: Mapping[int, Picture] | None = None,
) -> list[SummarySentence]:
    """What the model makes of lines, without the sentences that these do not bear out.

    Of pages that it was shown it may say what no line holds; that is told as seen.

    Args:
        task: what is to be written, as the last words of the prompt.
        about: what the lines are from: the document's name, a heading; its words may be said as well.
        lines: what it is made of.
        most_tokens: of the reply.
        pages: pictures of the pages by their numbers, for a model that sees.
    """
    shown = pages or {}
    told = "\n".join(as_data(line.text) for line in lines)
    prompt = render("summary", about=as_data(about), lines=told, task=task)
    messages = [*_opening(), Message(role="user", text=prompt, pictures=tuple(shown.values()))]
    watch = RepetitionWatch(lambda piece: None)
    reply = model.generate(
        messages, max_tokens=most_tokens, on_token=watch, until=lambda: watch.repeats
    )
    text = once(reply.text) or reply.text
    said = list(_sentences(text))
    if reply.finish == "length" and len(said) > 1:
        said = said[:-1]  # cut off in its midst
    found = (resting(sentence, lines, about) or _seen(sentence, shown) for sentence in said)
    kept = {squeezed(one.text): one for one in found if one is not None}
    return list(kept.values())


@cache
def _opening() -> tuple[Message, ...]:
    """What every prompt begins with: the rules, and one part summed up as it should be."""
    shown = [
        message
        for turn in examples("example_summary")
        for message in (
            Message(role="user", text=turn["asked"]),
            Message(role="assistant", text=turn["reply"]),
        )
    ]
    return (Message(role="system", text=render("system_summary")), *shown)


def _seen(sentence: str, pages: Iterable[int]) -> SummarySentence | None:
    """A sentence about the look of pages; None where none was shown."""
    places = tuple(TextSpan(page=number) for number in pages)
    return SummarySentence(text=sentence, places=places) if places else None


def quoted(line: SourceLine) -> SummarySentence:
    """A line as it stands, for want of a sentence about it."""
    text = line.text
    if len(text) > _LONGEST_QUOTE:
        text = f"{text[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
    return SummarySentence(text=text, places=line.places)


def resting(sentence: str, lines: Sequence[SourceLine], beside: str = "") -> SummarySentence | None:
    """A sentence with the places it rests on; None where its numbers, names or words are not there."""
    said = content_words(sentence)
    if not said or not lines:
        return None
    there = [content_words(line.text) | facts_of(line.text) for line in lines]
    needed = {*facts_of(sentence), *names_in(sentence)} - {
        *content_words(beside),
        *facts_of(beside),
    }
    if _same_language(sentence, " ".join(line.text for line in lines)):
        known = set().union(*there, words(beside))
        if sum(stands_among(word, known) for word in said) < _GROUNDED * len(said):
            return None
    weights = rarity(said, there)
    chosen: list[int] = []
    left = set(needed)
    while not chosen or (left and len(chosen) < _MOST_LINES):
        best = max(range(len(lines)), key=lambda n: _worth(there[n], left, said, weights))
        if best in chosen:
            break
        chosen.append(best)
        left = {word for word in left if not stands_among(word, there[best])}
    if left:
        return None
    places = dict.fromkeys(place for n in sorted(chosen) for place in lines[n].places)
    return SummarySentence(text=sentence, places=tuple(places))


def names_in(sentence: str) -> set[str]:
    """Words that are written like names, in the form of `content_words`."""
    if likely_language(sentence) in _CAPITAL_NOUNS:
        return set()
    return {word for match in _NAME.findall(sentence) for word in content_words(match)}


def _worth(
    there: set[str], needed: Iterable[str], said: set[str], weights: dict[str, float]
) -> tuple[int, float]:
    """What a line holds of what has to be there, then of the rest."""
    return sum(stands_among(word, there) for word in needed), sum(weights[w] for w in said & there)


def _same_language(one: str, other: str) -> bool:
    """Whether two texts may be in one language: only then can their words be compared."""
    if script_of(one) != script_of(other):
        return False
    languages = likely_language(one), likely_language(other)
    return not all(languages) or languages[0] == languages[1]


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without the marks of a list and of Markdown."""
    for line in text.splitlines():
        plain = _MARK.sub("", line).replace("**", "")
        for a, b in pairwise([0, *sentence_ends(plain), len(plain)]):
            if sentence := plain[a:b].strip():
                yield sentence
