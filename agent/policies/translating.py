"""Translations by a model that only reads: line by line, each told beside what it translates.

A small model that writes a whole paper anew mostly copies it, capitals above all. Asked for the lines as
the keys of a JSON object, in small letters, it translates them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import RootModel

from ...prompts import render
from ...schema import Evidence, Token
from ..backends.base import Message
from ..evidence.prompting import shown_evidence
from ..evidence.rendering import as_data, transcribed
from ..run import Run
from ..state import State
from ..structured_output import MalformedReply, ask_json

_LINES, _CHARACTERS = 12, 900
"""Of one call: more, and a small model begins to copy again."""
_LONGEST = 600
"""Characters of a line that are put to the model; a longer one stays as it is."""
_SHOUTED = 0.6
"""Share of capitals among a line's letters from which it is put in small ones."""
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGITS = re.compile(r"\d+")


class Translations(RootModel[dict[str, str]]):
    """What the model answers: each line and its translation."""


def translated(state: State, run: Run) -> str | None:
    """What was read, line by line in the language that is asked for; None where this does not apply.

    A line without a word stays, and so does one whose digits the model changed.
    """
    if run.model.sees_images or state["form"] != "translation" or state["verdict"] is not None:
        return None
    lines = lines_read(shown_evidence(state))
    if not any(map(_WORD.search, lines)):
        return None
    known: dict[str, str] = {}
    done = 0
    for batch in batches(lines):
        if not run.model.can_call(2):
            break
        known |= asked(batch, state, run)
        reached = lines.index(batch[-1]) + 1
        told = "".join(f"{known.get(line, line)}\n" for line in lines[done:reached])
        run.emit(Token(text=told))  # while the rest is still to come
        done = max(done, reached)
    return "\n".join(known.get(line, line) for line in lines)


def lines_read(evidence: Sequence[Evidence]) -> list[str]:
    """Rows of pictures; of passages, lines with those that go on in small letters joined to them."""
    lines: list[str] = []
    for item in evidence:
        if item.kind == "text":
            lines += transcribed([item]).split("\n")
        elif item.kind == "passage":
            lines += _joined(item.text.split("\n"))
    return [line.strip() for line in lines if line.strip()]


def _joined(lines: Sequence[str]) -> Iterator[str]:
    whole = ""
    for line in lines:
        if whole and line[:1].islower() and len(whole) < _LONGEST:
            whole = f"{whole} {line}"
            continue
        yield whole
        whole = line
    yield whole


def batches(lines: Sequence[str]) -> Iterator[list[str]]:
    """The different lines that have words, as many as one call takes."""
    batch: list[str] = []
    for line in dict.fromkeys(lines):
        if not _WORD.search(line) or len(line) > _LONGEST:
            continue
        if len(batch) == _LINES or sum(map(len, batch)) + len(line) > _CHARACTERS:
            yield batch
            batch = []
        batch.append(line)
    if batch:
        yield batch


def asked(batch: Sequence[str], state: State, run: Run) -> Mapping[str, str]:
    """Each line's translation by the model; {} where its replies are nonsense."""
    keys = {as_data(_quiet(line)): line for line in batch}
    longest = max(map(len, keys), default=0)
    schema = {
        "type": "object",
        "properties": {key: {"type": "string", "maxLength": 2 * longest + 40} for key in keys},
        "required": [*keys],
        "additionalProperties": False,
    }
    prompt = render("translate", question=state["standalone_question"], lines="\n".join(keys))
    messages = [
        Message(role="system", text=render("system_translate")),
        Message(role="user", text=prompt),
    ]
    try:
        most = sum(map(len, keys)) + 20 * len(keys)
        found = ask_json(run.model, messages, schema, Translations, max_tokens=most).root
    except MalformedReply:
        return {}
    told = {line: found.get(key, "").strip() for key, line in keys.items()}
    return {line: text for line, text in told.items() if text and _holds(text, line)}


def _holds(text: str, line: str) -> bool:
    """Whether a translation has the line's digits, and is not the line itself in small letters."""
    return _digits(text) == _digits(line) and text.casefold() != line.casefold()


def _quiet(line: str) -> str:
    """A line in capitals as a sentence: a small model takes capitals for names."""
    letters = [c for c in line if c.isalpha()]
    if sum(c.isupper() for c in letters) < _SHOUTED * len(letters):
        return line
    return line.lower().capitalize()


def _digits(text: str) -> list[str]:
    return _DIGITS.findall(text)
