"""Rows whose amounts come to the sum that is stated are found without the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel

from .....retrieval.pdf_kit import Pdf, Sheet, text

Make = Callable[..., Assistant]
MONEY = {"type": "number", "x-kind": "money"}
SCHEMA = {
    "x-checks": ["sum(lines.amount) = net", "lines.quantity * lines.price = lines.amount"],
    "properties": {
        "net": MONEY,
        "lines": {
            "type": "array",
            "items": {
                "properties": {
                    "name": {"type": "string"},
                    "quantity": {"type": "number"},
                    "price": MONEY,
                    "amount": MONEY,
                },
                "required": ["name", "amount"],
            },
        },
    },
}
ROWS = [
    ("Pos", "Artikel", "Farbe", "Preis", "Menge", "Betrag"),
    ("1", "Steel rope", "polished", "8.50", "4 m", "34.00"),
    ("2", "Large hook", "", "1.25", "12", "15.00"),
    ("", "Summe", "", "", "", "49.00"),
]
PLAIN = [(row[0], row[1], "", *row[3:]) for row in ROWS]
"""The same table with one name in a row."""


def bill(path: Path, table: Sequence[Sequence[str]] = ROWS) -> Path:
    """A page with a table whose sum stands under its amounts."""
    places = (40, 80, 180, 240, 340, 440)
    cells = [
        text(x, 740 - 20 * at, cell)
        for at, row in enumerate(table)
        for x, cell in zip(places, row, strict=True)
        if cell
    ]
    path.write_bytes(Pdf([Sheet(b"".join(cells))]).data())
    return path


def model(*rows: dict[str, Any], net: str = "49.00") -> ScriptedModel:
    """Gives these rows and this sum, whatever the page says."""

    def fill(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        assert schema is not None
        return {"rows": list(rows)} if "rows" in schema["properties"] else {"net": net}

    return ScriptedModel(fill)


def test_a_run_of_amounts_that_comes_to_the_sum_is_the_list(make: Make, tmp_path: Path) -> None:
    scripted = model(
        {"name": "Steel rope", "amount": "8.50"}, {"name": "Large hook", "amount": "1.25"}
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf"))
    assert found.record["lines"] == [
        {"name": "Steel rope", "quantity": 4, "price": 8.5, "amount": 34},
        {"name": "Large hook", "quantity": 12, "price": 1.25, "amount": 15},
    ]
    assert found.only.source.doubts == ()
    assert len(scripted.calls) == 2


def test_sums_under_a_table_are_no_rows_of_it(make: Make, tmp_path: Path) -> None:
    names = ("Steel rope", "Large hook", "Summe")
    amounts = ("34.00", "15.00", "49.00")
    rows = [{"name": name, "amount": amount} for name, amount in zip(names, amounts, strict=True)]
    scripted = model(*rows)
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf"))
    assert [line["name"] for line in found.record["lines"]] == ["Steel rope", "Large hook"]
    assert len(scripted.calls) == 2
