"""Documents and a model for tests of extraction: it reads "label: | value" and rows that begin with "*"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.values.amounts import read_amount

from ....retrieval.pdf_kit import Pdf, Sheet, text

NUMBERS = {"net", "tax", "total", "quantity", "amount"}


def invoice_pdf(path: Path, number: str, *pages: Sequence[tuple[str, ...]]) -> Path:
    """A PDF whose pages hold these rows, cells 150 points apart."""
    sheets = [
        Sheet(
            b"".join(
                text(40 + 150 * column, 740 - 20 * row, cell)
                for row, cells in enumerate([("number:", number), *rows] if not page else rows)
                for column, cell in enumerate(cells)
            )
        )
        for page, rows in enumerate(pages)
    ]
    path.write_bytes(Pdf(sheets).data())
    return path


def read(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
    """What a model that makes no mistakes would fill in."""
    assert schema is not None
    shown = messages[-1].text.split("\n\n")[0]
    rows = [line.split(" | ") for line in shown.splitlines()]
    if "rows" in schema["properties"]:
        columns = schema["properties"]["rows"]["items"]["properties"]
        items = [
            {"name": row[0].strip("* "), "quantity": row[1], "amount": row[-1]}
            for row in rows
            if row[0].startswith("*")
        ]
        return {
            "rows": [{name: _value(name, item.get(name)) for name in columns} for item in items]
        }
    labelled = {row[0].rstrip(":"): row[1] for row in rows if len(row) > 1 and ":" in row[0]}
    return {name: _value(name, labelled.get(name)) for name in schema["properties"]}


def _value(name: str, written: str | None) -> Any:
    if written is None or name not in NUMBERS:
        return written
    amount = read_amount(written, ".")
    return None if amount is None else float(amount)


def reader(delay: float = 0.0) -> ScriptedModel:
    """The model that fills in what `read` says."""
    return ScriptedModel(read, choices=lambda messages, options: {options[0]: 1.0}, delay=delay)
