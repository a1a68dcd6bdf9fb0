"""Parts of a sum that does not hold are asked for one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.scripted import ScriptedModel

from ..record_kit import invoice_pdf, read

Make = Callable[..., Assistant]
MONEY = {"type": "number", "x-kind": "money"}
SCHEMA = {
    "x-checks": ["net + tax = total"],
    "properties": {"net": MONEY, "tax": MONEY, "total": MONEY},
}
ROWS = [("printed", "9.00"), ("net:", "100.00"), ("tax:", "19.00"), ("total:", "119.00")]


def hasty(*wrong: str) -> ScriptedModel:
    """Takes the first amount for these fields, unless it is asked for one alone."""

    def fill(messages: Any, schema: Any) -> dict[str, Any]:
        alone = len(schema["properties"]) == 1
        return read(messages, schema) | ({} if alone else dict.fromkeys(wrong, "9.00"))

    return ScriptedModel(fill)


def test_a_model_that_lost_its_way_among_many_fields_is_asked_one_by_one(
    make: Make, tmp_path: Path
) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", ROWS)
    model = hasty("net", "tax", "total")
    found = make(script=model).extract(SCHEMA, path)
    assert found.record == {"net": 100, "tax": 19, "total": 119}
    assert found.only.source.doubts == ()
    assert len(model.calls) == 1 + len(found.record)


def test_a_sum_that_holds_is_not_asked_about(make: Make, tmp_path: Path) -> None:
    model = hasty()
    make(script=model).extract(SCHEMA, invoice_pdf(tmp_path / "bill.pdf", "B-1", ROWS))
    assert len(model.calls) == 1
