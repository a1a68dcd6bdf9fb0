"""How a statement is known."""

from __future__ import annotations

from typing import get_args

import pytest
from looktwice.agent.evidence.provenance import known_by, provenance, seen_evidence
from looktwice.schema import (
    Box,
    Citation,
    Evidence,
    EvidenceKind,
    Picture,
    Provenance,
    Seen,
    Source,
)

from .. import kit

SHA = "a" * 64
PICTURE = Picture(sha256=SHA, width=60, height=60, format="PNG")


@pytest.mark.parametrize("kind", get_args(EvidenceKind))
def test_every_kind_of_evidence_knows_in_some_way(kind: EvidenceKind) -> None:
    assert provenance(Evidence(kind=kind, text="x")) in get_args(Provenance)


def test_regions_are_read_measured_or_seen() -> None:
    region = Evidence(kind="region", text="mostly grey")
    assert provenance(region) == "measured"
    assert provenance(region.model_copy(update={"lines": kit.text_lines("STOP")})) == "read"
    assert provenance(region.model_copy(update={"picture": PICTURE})) == "seen"


def test_a_citation_is_known_by_its_evidence() -> None:
    text = Evidence(id="E1", kind="text", text="Total 8.20")
    citation = Citation(evidence="E1", source=Source())
    assert known_by(citation, [text]) == "read"
    assert known_by(citation, []) == "seen"


def test_what_is_seen_rests_on_the_enlarged_part_where_there_is_one() -> None:
    whole = seen_evidence("a heron", [PICTURE])
    assert (whole.kind, whole.text, whole.source.picture) == ("seen", "a heron", SHA)
    box = Box(x1=0, y1=0, x2=5, y2=5)
    part = Evidence(kind="region", text="", boxes=(box,), picture=PICTURE)
    enlarged = seen_evidence("a heron", [PICTURE], [part])
    assert enlarged.boxes == (box,)
    assert (whole.seen, enlarged.seen) == (
        Seen(statement="a heron"),
        Seen(statement="a heron", crop=PICTURE),
    )
