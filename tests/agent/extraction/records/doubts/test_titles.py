"""A document's own number and date stand in its title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.schemas.words import schema_of_words

from .....retrieval.pdf_kit import Pdf, Sheet, text

Make = Callable[..., Assistant]
SCHEMA = schema_of_words("number, date: date")
BODY = ("Order: B-77", "Delivered: 29.09.2018", "Some words", "and some more", "and others")


def document(path: Path, title: str) -> Path:
    """A page with a title of twice the size of its body."""
    body = [text(40, 700 - 20 * at, row) for at, row in enumerate(BODY)]
    path.write_bytes(Pdf([Sheet(b"".join([text(40, 740, title, size=24), *body]))]).data())
    return path


def model() -> ScriptedModel:
    """Takes the order's number and the day of delivery, where it sees them."""

    def fill(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        if "B-77" in messages[-1].text:
            return {"number": "B-77", "date": "29.09.2018"}
        return {"number": "R/314-N", "date": "01.10.2018"}

    return ScriptedModel(fill, choices=lambda messages, options: {options[0]: 1.0})


def test_the_title_says_which_number_and_date_are_the_documents_own(
    make: Make, tmp_path: Path
) -> None:
    path = document(tmp_path / "bill.pdf", "Bill (387) no. R/314-N of 01.10.2018")
    found = make(script=model()).extract(SCHEMA, path)
    assert found.record == {"number": "R/314-N", "date": "2018-10-01"}
    assert found.fields["date"].alternatives == ("2018-09-29",)


@pytest.mark.parametrize("title", ["Bill", "Year 2018", "From 01.07.2018 to 30.09.2018"])
def test_a_title_without_such_values_is_not_asked_about(
    make: Make, tmp_path: Path, title: str
) -> None:
    found = make(script=model()).extract(SCHEMA, document(tmp_path / "bill.pdf", title))
    assert found.record == {"number": "B-77", "date": "2018-09-29"}


def test_what_the_title_gives_one_field_is_not_given_another(make: Make, tmp_path: Path) -> None:
    def fill(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        return {"issued": "01.10.2018", "delivered": "29.09.2018"}

    scripted = ScriptedModel(fill, choices=lambda messages, options: {options[0]: 1.0})
    found = make(script=scripted).extract(
        schema_of_words("issued: date, delivered: date"),
        document(tmp_path / "bill.pdf", "Bill of 01.10.2018"),
    )
    assert found.record == {"issued": "2018-10-01", "delivered": "2018-09-29"}
    assert all("Order" in call.messages[-1].text for call in scripted.calls)


def test_the_same_day_written_in_another_way_is_not_asked_about(make: Make, tmp_path: Path) -> None:
    shown: list[str] = []

    def fill(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        shown.append(messages[-1].text)
        return {"number": "B-77", "date": "29.09.2018"}

    script = ScriptedModel(fill, choices=lambda messages, options: {options[0]: 1.0})
    found = make(script=script).extract(SCHEMA, document(tmp_path / "bill.pdf", "Paid 29.9.18"))
    assert found.record == {"number": "B-77", "date": "2018-09-29"}
    assert len(shown) == 1
