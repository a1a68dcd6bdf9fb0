"""A name that is set in two rows is given whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.schemas.words import schema_of_words

from .....retrieval.pdf_kit import Pdf, Sheet, text

Make = Callable[..., Assistant]


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("HARBOUR TOOLS AND", "HARBOUR TOOLS AND MARINE STORES LTD"),
        ("TAX INVOICE", "MARINE STORES LTD"),
        ("14 QUAY ROAD EAST", "MARINE STORES LTD"),
    ],
)
def test_the_row_above_is_part_of_a_name_where_both_are_one_line_of_type(
    make: Make, tmp_path: Path, above: str, name: str
) -> None:
    page = [text(200, 740, above), text(200, 727, "MARINE STORES LTD"), text(200, 680, "Rope")]
    (tmp_path / "slip.pdf").write_bytes(Pdf([Sheet(b"".join(page))]).data())
    model = ScriptedModel(lambda messages, schema: {"company": "MARINE STORES LTD"})
    found = make(script=model).extract(schema_of_words("company"), tmp_path / "slip.pdf")
    assert found.record == {"company": name}
