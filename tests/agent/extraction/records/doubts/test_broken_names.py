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


@pytest.mark.parametrize(
    ("size", "name"), [(22, "HARBOUR TOOLS AND MARINE STORES LTD"), (11, "HARBOUR TOOLS AND")]
)
def test_the_row_below_is_part_of_a_name_where_both_are_written_large(
    make: Make, tmp_path: Path, size: int, name: str
) -> None:
    page = [
        text(200, 740, "HARBOUR TOOLS AND", size),
        text(200, 738 - size, "MARINE STORES LTD", size),
    ]
    page += [text(200, 680 - 14 * at, "Rope of four strands") for at in range(8)]
    (tmp_path / "slip.pdf").write_bytes(Pdf([Sheet(b"".join(page))]).data())
    model = ScriptedModel(lambda messages, schema: {"company": "HARBOUR TOOLS AND"})
    found = make(script=model).extract(schema_of_words("company"), tmp_path / "slip.pdf")
    assert found.record == {"company": name}
