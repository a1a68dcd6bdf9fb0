"""What does not fit together is looked at once more; the model decides, and what stays open is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message, Reply, TokenChances
from looktwice.agent.backends.scripted import ScriptedModel

from ..record_kit import invoice_pdf, read

Make = Callable[..., Assistant]
MONEY = {"type": "number", "x-kind": "money"}
SCHEMA = {
    "title": "bill",
    "x-checks": ["net + tax = total"],
    "properties": {"net": MONEY, "tax": MONEY, "total": MONEY},
}
ROWS = [("net:", "100.00"), ("tax:", "19.00"), ("sum", "119.00"), ("paid before", "9.00")]
OPEN = [*ROWS, ("rebate", "-91.00")]
"""With a total of 9 the sum holds with this as tax, too."""


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return invoice_pdf(tmp_path / "bill.pdf", "B-1", ROWS)


def model(total: float | None, prefers: str) -> ScriptedModel:
    """One that takes this for the total, and of several readings prefers one."""

    def choose(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        shown = messages[-1].text
        return {o: 0.9 if f"{o}: {prefers}" in shown else 0.1 for o in options}

    def fill(messages: Any, schema: Any) -> dict[str, Any]:
        return {**read(messages, schema), "total": total}

    return ScriptedModel(fill, choices=choose)


def test_a_sum_that_does_not_hold_is_looked_at_again(make: Make, tmp_path: Path) -> None:
    bill = invoice_pdf(tmp_path / "bill.pdf", "B-1", OPEN)
    scripted = model(9.0, prefers="119.00")
    found = make(script=scripted).extract(SCHEMA, bill)
    total = found.fields["total"]
    assert (total.value, total.status, total.alternatives) == (119, "found", (9,))
    assert found.only.source.doubts == ()
    assert len(scripted.calls) == 2 + len(("net", "tax", "total"))


def test_what_the_model_does_not_choose_stays_an_alternative_and_unsure(
    make: Make, tmp_path: Path
) -> None:
    bill = invoice_pdf(tmp_path / "bill.pdf", "B-1", OPEN)
    found = make(script=model(9.0, prefers="9.00")).extract(SCHEMA, bill)
    total = found.fields["total"]
    assert (total.value, total.status) == (9, "unsure")
    assert "net + tax = total" in total.reason
    assert found.only.source.doubts == ("net + tax = total: does not hold",)


def test_a_missing_part_of_a_sum_is_what_the_page_has(make: Make, bill: Path) -> None:
    found = make(script=model(None, prefers="")).extract(SCHEMA, bill)
    assert (found.fields["total"].value, found.fields["total"].quote) == (119, "119.00")


def test_a_sum_that_holds_makes_its_parts_surer(make: Make, bill: Path) -> None:
    sure = make(script=model(119.0, prefers="")).extract(SCHEMA, bill).fields["total"].confidence
    schema = {**SCHEMA, "x-checks": []}
    unchecked = make(script=model(119.0, prefers="")).extract(schema, bill).fields["total"]
    assert sure > unchecked.confidence


def test_rows_that_do_not_come_to_their_sum_are_asked_for_again(make: Make, tmp_path: Path) -> None:
    between = ("weight", "kg", "55.00")  # so that no run of amounts on the page comes to the sum
    rows = [("* Rope", "1", "60.00"), between, ("* Hook", "1", "40.00"), ("net:", "100.00")]
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", rows)
    schema = {
        "x-checks": ["sum(lines.amount) = net"],
        "properties": {
            "net": MONEY,
            "lines": {
                "type": "array",
                "items": {"properties": {"name": {"type": "string"}, "amount": MONEY}},
            },
        },
    }

    def forgetful(messages: Any, schema: Any) -> dict[str, Any]:
        found = read(messages, schema)
        again = "come to 60" in messages[-1].text
        return found if again or "rows" not in found else {"rows": found["rows"][:1]}

    model = ScriptedModel(forgetful)
    found = make(script=model).extract(schema, path)
    assert [line["amount"] for line in found.record["lines"]] == [60, 40]
    assert found.only.source.doubts == ()
    assert len(model.calls) == 3


def asked_whether(yes: float) -> ScriptedModel:
    """Takes what stands beside "ref" for everything, and is so sure that a document gives a field."""

    def choose(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        return {options[0]: yes, options[1]: 1 - yes}

    def fill(messages: Any, schema: Any) -> dict[str, Any]:
        return dict.fromkeys(schema["properties"], "Q-77")

    return ScriptedModel(fill, choices=choose)


def test_a_field_that_no_label_names_is_asked_about(make: Make, tmp_path: Path) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("ref", "Q-77")])
    schema = {"properties": {"passport number": {"type": "string"}}}
    for yes, status in ((0.9, "found"), (0.48, "unsure"), (0.1, "missing")):
        found = make(script=asked_whether(yes)).extract(schema, path)
        assert found.fields["passport number"].status == status


def test_a_label_or_a_usual_field_needs_no_asking(make: Make, tmp_path: Path) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("Reference", "Q-77")])
    usual = {"passport": {"type": "string", "x-usual": True}}
    for properties in ({"reference": {"type": "string"}}, usual):
        model = asked_whether(0.0)
        found = make(script=model).extract({"properties": properties}, path)
        assert [one.status for one in found.fields.values()] == ["found"]
        assert len(model.calls) == 1


class Telling(ScriptedModel):
    """Says how near it was to null when it filled in a value."""

    null = 0.0

    def generate_with_chances(self, messages: Any, **how: Any) -> tuple[Reply, Any]:
        reply = self.generate(messages, **how)
        name, value = reply.text.split(":", 1)
        chances = {value: 1 - self.null, " null": self.null}
        return reply, (
            TokenChances(text=f"{name}:", chances={}),
            TokenChances(text=value, chances=chances),
        )


@pytest.mark.parametrize(("null", "status"), [(0.05, "found"), (0.4, "missing")])
def test_a_model_that_was_sure_is_not_asked_again(
    make: Make, tmp_path: Path, null: float, status: str
) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("ref", "Q-77")])
    model = Telling(lambda *_: {"passport": "Q-77"}, choices=lambda _, options: {options[1]: 1.0})
    model.null = null
    found = make(script=model).extract({"properties": {"passport": {"type": "string"}}}, path)
    assert found.fields["passport"].status == status
    assert len(model.calls) == 1 + (status == "missing")


def test_one_place_is_one_fields(make: Make, tmp_path: Path) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("Order reference", "Q-77")])
    text = {"type": "string"}
    found = make(script=asked_whether(0.9)).extract(
        {"properties": {"order": text, "reference": text}}, path
    )
    assert [one.status for one in found.fields.values()] == ["found", "missing"]


def test_wrong_check_digits_are_unsure(make: Make, tmp_path: Path) -> None:
    rows = [("first:", "DE02120300000000202051"), ("second:", "DE03120300000000202051")]
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", rows)
    iban = {"type": "string", "x-kind": "iban"}
    schema = {"properties": {"first": iban, "second": iban}}
    found = make(script=ScriptedModel(read)).extract(schema, path).fields
    assert [found[name].status for name in ("first", "second")] == ["found", "unsure"]
    assert "check digits" in found["second"].reason


class Weighing(ScriptedModel):
    """Writes an amount, and says how near it was to another."""

    sure = 0.5

    def generate_with_chances(self, messages: Any, **how: Any) -> tuple[Reply, Any]:
        reply = self.generate(messages, **how)
        at = reply.text.index('"', reply.text.index(":")) + 1
        chances = {reply.text[at]: self.sure, "3": 1 - self.sure}
        return reply, (
            TokenChances(text=reply.text[:at], chances={}),
            TokenChances(text=reply.text[at], chances=chances),
            TokenChances(text=reply.text[at + 1 :], chances={}),
        )


SLIP = [("Total with tax", "38.37"), ("Tax", "2.37"), ("Given", "40.35"), ("back", "38.37")]


@pytest.mark.parametrize(("sure", "total", "calls"), [(0.5, 38.37, 2), (0.9, 40.35, 1)])
def test_an_amount_that_was_not_surely_written_is_put_beside_the_others_in_their_rows(
    make: Make, tmp_path: Path, sure: float, total: float, calls: int
) -> None:
    path = invoice_pdf(tmp_path / "slip.pdf", "B-1", SLIP)
    asked: list[str] = []

    def choose(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        asked.append(messages[-1].text)
        return {options[0]: 0.2, options[1]: 0.8}

    model = Weighing(lambda *_: {"total": "40.35"}, choices=choose)
    model.sure = sure
    schema = {"properties": {"total": {**MONEY, "x-usual": True}}}
    found = make(script=model).extract(schema, path).fields["total"]
    assert found.value == total
    assert len(model.calls) == calls
    for question in asked:
        assert "A: Given | 40.35\nB: Total with tax | 38.37\n" in question
    if asked:
        assert (found.confidence, found.alternatives) == (0.8, (40.35,))


def test_an_amount_is_shown_in_the_row_that_is_called_like_its_field(
    make: Make, tmp_path: Path
) -> None:
    path = invoice_pdf(tmp_path / "slip.pdf", "B-1", SLIP)
    model = ScriptedModel(lambda *_: {"total": "38.37", "given": "40.35"})
    usual = {**MONEY, "x-usual": True}
    found = make(script=model).extract({"properties": {"total": usual, "given": usual}}, path)
    assert found.fields["total"].boxes[0].y1 < found.fields["given"].boxes[0].y1
