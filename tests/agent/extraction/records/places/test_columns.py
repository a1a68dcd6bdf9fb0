"""Long tables: the model reads the first rows, the program the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.schemas.words import schema_of_words

from .....retrieval.pdf_kit import Pdf, Sheet, text

Make = Callable[..., Assistant]
SCHEMA = schema_of_words("total: money, lines[]: name, quantity: number, amount: money")


def first_rows(most: int) -> ScriptedModel:
    """Reads so many rows of three cells, and the cell after "total"."""

    def fill(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        rows = [line.split(" | ") for line in messages[-1].text.split("\n\n")[0].splitlines()]
        if schema is None or "rows" not in schema["properties"]:
            total = next((row[-1] for row in rows if row[0] == "total"), None)
            return {"total": total and float(total)}
        most_asked = schema["properties"]["rows"]["maxItems"]
        items = [row for row in rows if row[0].startswith("Thing")][: min(most, most_asked)]
        return {
            "rows": [{"name": a, "quantity": float(b), "amount": float(c)} for a, b, c in items]
        }

    return ScriptedModel(fill, choices=lambda messages, options: {options[0]: 1.0})


def test_a_sheet_of_thousands_of_rows(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    rows = [f"Thing {n},{n % 7 + 1},{n}.50" for n in range(3_000)]
    path.write_text("\n".join(["Item,Qty,Amount", *rows, "total,,4500000.00"]) + "\n", "utf-8")
    model = first_rows(60)
    found = make(script=model).extract(SCHEMA, path)
    lines = found.record["lines"]
    assert len(lines) == 3_000
    assert lines[2_999] == {"name": "Thing 2999", "quantity": 4, "amount": 2999.5}
    assert [line["name"] for line in lines] == [f"Thing {n}" for n in range(3_000)]
    assert found.record["total"] == 4_500_000
    assert len(model.calls) < 8
    schemas = [call.schema["properties"] for call in model.calls if call.schema]
    assert [parts["rows"]["maxItems"] for parts in schemas if "rows" in parts] == [20]


def page(numbers: range, foot: str = "") -> Sheet:
    content = text(40, 740, "Item") + text(300, 740, "Qty") + text(400, 740, "Amount")
    for row, n in enumerate(numbers):
        y = 720 - 12 * row
        content += text(40, y, f"Thing {n}", 9)
        content += text(310 - 5 * len(str(n % 12)), y, f"{n % 12}", 9)
        content += text(440 - 5 * len(f"{n}.50"), y, f"{n}.50", 9)
    if foot:
        content += text(40, 40, "total", 9) + text(440 - 5 * len(foot), 40, foot, 9)
    return Sheet(content)


def test_a_table_over_pages_with_every_cell_in_its_box(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(
        Pdf([page(range(50)), page(range(50, 100)), page(range(100, 120), "7140.00")]).data()
    )
    found = make(script=first_rows(12)).extract(SCHEMA, path)
    names = [line["name"] for line in found.record["lines"]]
    assert names[:12] == [f"Thing {n}" for n in range(12)]
    assert found.record["total"] == 7140
    amount = found.fields[f"lines[{len(names) - 1}].amount"]
    assert (amount.page, amount.quote) == (3, "119.50")
    assert all(found.fields[f"lines[{n}].amount"].boxes for n in range(len(names)))


def test_a_short_list_is_the_models_alone(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("Item,Qty,Amount\nThing 1,2,5.00\nRebate,1,2.00\ntotal,,3.00\n", "utf-8")
    found = make(script=first_rows(60)).extract(SCHEMA, path)
    assert [line["name"] for line in found.record["lines"]] == ["Thing 1"]
