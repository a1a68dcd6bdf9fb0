"""The forms an answer can take: what each asks of the model, how long it may be, how it is checked.

A new one is named in `schema.FormName`, told in `prompts/form_NAME.md`, and learned from examples in
`prompts/form_examples.jsonl`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..prompts import render
from ..schema import FormName


@dataclass(frozen=True)
class Form:
    """One form of answers.

    Attributes:
        tokens: the most new tokens a draft may have, within the run's own limit.
        brief: one short statement, whose numbers are held against the evidence one by one.
        worked: made from what was read (listed, translated, explained ...): there is nothing to look up,
            so a model that reads is not asked first whether its evidence answers.
        literal: its lines repeat what stands in the evidence, so a line whose numbers do not is left out.
        own_words: its numbers need not be those that stand there: explained, translated, programmed.
    """

    name: FormName
    tokens: int
    brief: bool = False
    worked: bool = False
    literal: bool = False
    own_words: bool = False

    @property
    def instruction(self) -> str:
        """What the model is told about the form."""
        return render(f"form_{self.name}")


FORMS: dict[FormName, Form] = {
    form.name: form
    for form in (
        Form("fact", 400, brief=True),
        Form("yes_no", 400, brief=True),
        Form("choice", 400, brief=True),
        Form("count", 400, brief=True),
        Form("list", 700, worked=True, literal=True),
        Form("table", 900, worked=True, literal=True),
        Form("description", 500, worked=True),
        Form("explanation", 700, worked=True, own_words=True),
        Form("summary", 500, worked=True),
        Form("comparison", 500, worked=True),
        Form("translation", 900, worked=True, own_words=True),
        Form("transcription", 1200, worked=True, literal=True),
        Form("code", 900, worked=True, own_words=True),
        Form("record", 700, worked=True, literal=True),
        Form("talk", 400, brief=True, own_words=True),
    )
}
FACT = FORMS["fact"]
COPIED = frozenset[FormName]({"translation", "transcription", "code", "table", "record"})
"""Answers whose words are those that stand there, or others altogether: their language says nothing."""
