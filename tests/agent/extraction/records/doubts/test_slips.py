"""A till's slip is told from a sheet by the width of its print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.errors import UsageError

from .....retrieval.pdf_kit import Pdf, Sheet, text

Make = Callable[..., Assistant]
SCHEMA = {
    "properties": {
        "kind": {"enum": ["receipt", "invoice", "letter"], "x-by-width": ["receipt", "invoice"]},
        "total": {"type": "number", "x-kind": "money"},
    }
}
SLIP = ["Corner shop", "Tax invoice 4711", "Bread", "Total", "3.20", "Thank you"]
SHEET = [f"{row} and much more about it, written from one margin to the other" for row in SLIP]


def kind(make: Make, path: Path, rows: list[str], said: str, amount: str | None = "3.20") -> str:
    content = b"".join(text(40, 700 - 20 * at, row) for at, row in enumerate(rows))
    path.write_bytes(Pdf([Sheet(content)]).data())
    model = ScriptedModel(lambda messages, schema: {"kind": said, "total": amount})
    found: str = make(script=model).extract(SCHEMA, path).record["kind"]
    return found


def test_a_narrow_slip_is_a_receipt_whatever_it_is_headed(make: Make, tmp_path: Path) -> None:
    assert kind(make, tmp_path / "slip.pdf", SLIP, "invoice") == "receipt"
    assert kind(make, tmp_path / "faint.pdf", SLIP, "invoice", None) == "receipt"


def test_a_wide_sheet_that_does_not_call_itself_a_receipt_is_none(
    make: Make, tmp_path: Path
) -> None:
    assert kind(make, tmp_path / "sheet.pdf", SHEET, "receipt") == "invoice"
    assert kind(make, tmp_path / "own.pdf", ["Receipt", *SHEET], "receipt") == "receipt"


def test_a_short_letter_stays_a_letter(make: Make, tmp_path: Path) -> None:
    assert (
        kind(make, tmp_path / "letter.pdf", ["Dear Ann,", "see you", "Bob"], "letter", None)
        == "letter"
    )


def test_choices_that_are_none_are_told(make: Make, tmp_path: Path) -> None:
    schema = {"properties": {"kind": {"enum": ["a", "b"], "x-by-width": ["a", "c"]}}}
    with pytest.raises(UsageError, match="x-by-width"):
        make(script=ScriptedModel([])).extract(schema, tmp_path / "none.pdf")
