"""Values of scans are read twice; readings that differ are both kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.pages.reading import DocumentPages
from looktwice.agent.extraction.records.results.extracted import ExtractedRecords
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.schema import Picture, TextLine
from PIL import Image

Make = Callable[..., Assistant]


@pytest.fixture
def extract(make: Make, tmp_path: Path) -> Callable[[str], ExtractedRecords[dict[str, object]]]:
    """Extracts the total of a picture whose one line reads otherwise when it is enlarged."""
    Image.new("RGB", (200, 100), "white").save(tmp_path / "a.png")

    def run(enlarged: str) -> ExtractedRecords[dict[str, object]]:
        sizes: list[tuple[int, int]] = []

        def ocr(image: Image.Image, picture: Picture) -> list[TextLine]:
            sizes.append(image.size)
            text = enlarged if len(sizes) > 1 else "total 18.20"
            return [TextLine(text=text, score=0.8, box=picture.box(10, 10, 100, 30))]

        assistant = make(script=ScriptedModel(lambda *_: {"total": 18.2}))
        assistant._documents = DocumentPages(assistant.settings.documents, ocr)
        found = assistant.extract(schema_of_words("total: money"), tmp_path / "a.png")
        assert len(sizes) == 2
        assert sizes[1][1] < sizes[0][1]
        return found

    return run


def test_read_alike_twice_it_is_surer(extract: Callable[[str], ExtractedRecords[object]]) -> None:
    total = extract("total 18.20").fields["total"]
    assert (total.status, total.alternatives) == ("found", ())
    assert total.confidence > 0.9


def test_read_otherwise_both_are_kept(extract: Callable[[str], ExtractedRecords[object]]) -> None:
    total = extract("18.28").fields["total"]
    assert (total.value, total.status, total.alternatives) == (18.2, "unsure", (18.28,))
    assert total.reason == "enlarged, it reads 18.28"


@pytest.mark.parametrize("enlarged", ["", "tota1", "18.28 18.21"])
def test_what_cannot_be_read_again_changes_nothing(
    extract: Callable[[str], ExtractedRecords[object]], enlarged: str
) -> None:
    total = extract(enlarged).fields["total"]
    assert (total.value, total.status, total.alternatives) == (18.2, "found", ())
