"""What a prompt is about: which task, and what is asked of it. No wording of our own prompts is taken
for granted: tasks are known by their questions and pictures, proposals by their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...agent.backends.base import Message
from ...schema import Picture

_LABELLED = re.compile(
    r"(?:answer|draft|statement|claim|reading|proposed|candidate)[^:\n“”\"]{0,30}:\s*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\s*(?:is|are|can|does|do|did|was|which|reply|answer|say)\b.*(?:\?|\.|:)\s*$|yes or no",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{1,400})[”\"]")
_PART = re.compile(r"\b(?:part|crop|region|cut-?out|detail)\b[^.?\n]{0,40}\bshow", re.IGNORECASE)
_REWRITE = re.compile(r"\brewrit|\bstand[s-]* alone|without the conversation", re.IGNORECASE)
_SEARCH = re.compile(r"\bsearch quer", re.IGNORECASE)
_CLOSER = re.compile(r"\blook(?:ing)? (?:closer|again)\b|\benlarge\b", re.IGNORECASE)
_WRONG = re.compile(
    r"\b(?:wrong|incorrect|false|mistaken|not (?:correct|right|true|supported))\b", re.IGNORECASE
)
_EITHER = re.compile(
    r"\b(?:right|correct|true)\b[^.?]{0,12}\bor\b[^.?]{0,12}\b(?:wrong|incorrect|false)",
    re.IGNORECASE,
)


def squeezed(text: str) -> str:
    """Case and space left out, so that a question is found however a prompt sets it."""
    return " ".join(text.casefold().split())


@dataclass(frozen=True)
class Prompt:
    """A prompt whose question was found.

    Attributes:
        question: as it stands there, squeezed.
        tail: what the last message says after the question; all of it where the question came before.
        replied: what the model said after the question, in an earlier turn of the prompt.
        last: the last message.
        text: all messages.
        pictures: all that are shown, in their order.
    """

    question: str
    tail: str
    replied: str
    last: str
    text: str
    pictures: tuple[Picture, ...]

    @property
    def asks_to_rewrite(self) -> bool:
        return bool(_REWRITE.search(self.last))

    @property
    def asks_for_a_query(self) -> bool:
        return bool(_SEARCH.search(self.last))

    @property
    def asks_for_a_part(self) -> bool:
        return bool(_PART.search(self.tail))

    @property
    def asks_to_look_closer(self) -> bool:
        return bool(_CLOSER.search(self.tail)) and not self.proposal

    @property
    def asks_whether_wrong(self) -> bool:
        """Whether yes means that the proposal is wrong."""
        lines = [line for line in self.tail.splitlines() if line.strip()]
        last = " ".join(lines[-2:]) if self.proposal is None else " ".join(lines[-1:])
        return bool(_WRONG.search(last)) and not _EITHER.search(last)

    @property
    def proposal(self) -> str | None:
        """The answer that the model is asked about: labelled, quoted, or its own of before."""
        label = _LABELLED.search(self.tail)
        if label and (text := _up_to_the_question(self.tail[label.end() :])):
            return text
        if quoted := _QUOTED.findall(self.tail):
            return str(quoted[-1])
        return self.replied or None

    def candidates(self, options: Sequence[str]) -> dict[str, str]:
        """What stands behind the letter or number of each option; the option itself where nothing does."""
        for before in _BEFORE_OPTIONS:
            starts = {o: m for o in options if (m := _behind(before, o).search(self.tail))}
            if len(starts) == len(options):
                break
        else:
            return {o: o for o in options}
        begins = sorted(m.start() for m in starts.values())
        found = {}
        for option, match in starts.items():
            end = min((b for b in begins if b > match.start()), default=len(self.tail))
            found[option] = _up_to_the_question(self.tail[match.end() : end])
        return found


_BEFORE_OPTIONS = (r"\b[A-Z][a-z]+ ", r"^\s*\(?", r"[\s(]")
"""What stands before the name of an option: "Reading A:", else a new line, else space; an answer may
begin with the letter of another option."""


def _behind(before: str, option: str) -> re.Pattern[str]:
    return re.compile(rf"{before}{re.escape(option)}\s*[:.)]+\s*", re.MULTILINE)


def _up_to_the_question(text: str) -> str:
    """The lines before the one that asks something of them."""
    lines = text.splitlines() or [""]
    upto = next((n for n, line in enumerate(lines) if n and _ASKS.search(line)), len(lines))
    return "\n".join(lines[:upto]).strip(' “”"\n')


def read(messages: Sequence[Message], questions: Sequence[str]) -> Prompt | None:
    """The prompt, with the question that stands last in it; None where there is none of them.

    Args:
        messages: as a model gets them.
        questions: those that may be asked, squeezed.
    """
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].role != "user":
            continue
        words = squeezed(messages[at].text)
        found = [(words.rfind(q) + len(q), len(q), q) for q in questions if q in words]
        if not found:
            continue
        question = max(found)[2]
        later = messages[at + 1 :]
        replied = [m.text for m in later if m.role == "assistant"]
        last = next((m.text for m in reversed(later) if m.role == "user"), None)
        return Prompt(
            question=question,
            tail=_after(messages[at].text, question) if last is None else last,
            replied=replied[0] if replied else "",
            last=messages[-1].text,
            text="\n".join(m.text for m in messages),
            pictures=tuple(p for m in messages for p in m.pictures),
        )
    return None


def _after(text: str, question: str) -> str:
    """The text behind a question, which may be set with other space."""
    pattern = r"\s+".join(re.escape(word) for word in question.split())
    ends = [m.end() for m in re.finditer(pattern, text.casefold())]
    return text[ends[-1] :] if ends else text
