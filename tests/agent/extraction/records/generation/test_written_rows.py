"""Rows that a model writes: taken as far as they are whole, stopped where one comes again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.generation.written_rows import RowLoop, complete_rows
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.agent.structured_output import MalformedReply

from ..record_kit import invoice_pdf

Make = Callable[..., Assistant]


def test_rows_that_were_cut_off_are_kept_as_far_as_they_are_whole() -> None:
    assert complete_rows('{"rows": [{"a": 1}, {"a": 2}, {"a":') == [{"a": 1}, {"a": 2}]
    assert complete_rows('{"rows": []}') == []
    with pytest.raises(MalformedReply):
        complete_rows("no rows")


@pytest.mark.parametrize(("times", "closed"), [(4, False), (6, True)])
def test_a_row_may_come_as_often_as_it_stands_on_the_page(times: int, closed: bool) -> None:
    loop = RowLoop("Ticket | 2.80\nTicket | 2.80\n")
    loop.hear('{"rows": [')
    for _ in range(times):
        loop.hear('{"name": "Ticket", "amount": "2.80"}, ')
    assert loop.is_closed() is closed


def test_a_model_that_goes_round_in_a_circle_is_stopped(make: Make, tmp_path: Path) -> None:
    def loops(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        rows = [("Rope", "10.00"), *[("Hook", "14.40")] * 50]
        return {"rows": [{"name": name, "amount": amount} for name, amount in rows]}

    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("Rope", "10.00"), ("Hook", "14.40")])
    found = make(script=ScriptedModel(loops)).extract(
        schema_of_words("lines[]: name, amount: money"), path
    )
    assert [row["name"] for row in found.record["lines"]] == ["Rope", "Hook"]
    assert "there may be more rows" in found.only.source.doubts[0]
