"""Whether an answer is written in the language that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.contents import words_read
from ..text.facts import words
from ..text.language import languages_of, script_of

_FEWEST_WORDS = 8
"""Of an answer whose language is looked at: names and numbers belong to none."""
_ASKED, _ANSWERED, _ALIKE = 0.6, 0.9, 0.05
"""Probabilities: of the question's language, of the answer's, and of the answer being in the question's all
the same (languages that are near each other)."""
_COPIED = 0.8
"""Share of a translation's words that stand in what was read: names and borrowed words are far fewer."""


def of_another_language(draft: str, question: str) -> list[str]:
    """A draft that is surely in another language than the question, as a sentence."""
    if len([word for word in words(draft) if not word[0].isdigit()]) < _FEWEST_WORDS:
        return []
    scripts = script_of(question), script_of(draft)
    if all(scripts) and scripts[0] != scripts[1]:
        return ["it is not written in the script of the question"]
    asked, answered = languages_of(question), languages_of(draft)
    if not asked or not answered:
        return []
    wanted, given = (max(found, key=lambda code: found[code]) for found in (asked, answered))
    sure = asked[wanted] >= _ASKED and answered[given] >= _ANSWERED
    if not sure or answered.get(wanted, 0.0) >= _ALIKE:
        return []
    return [f"it is written in “{given}”, the question in “{wanted}”"]


def not_translated(draft: str, evidence: Sequence[Evidence]) -> list[str]:
    """A translation that is what was read, once more, as a sentence."""
    said = [word for word in words(draft) if not word[0].isdigit()]
    read = {word for item in evidence for word in words(words_read(item))}
    if len(said) < _FEWEST_WORDS or sum(word in read for word in said) < _COPIED * len(said):
        return []
    return ["it repeats what was read, in the same language"]
