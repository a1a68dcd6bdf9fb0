"""How a statement is known: read, counted, measured, computed, cited from a document, or seen."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Citation, Evidence, EvidenceKind, Picture, Provenance, Seen, Source
from ...tools.execution.results import picture_source

_BY_KIND: dict[EvidenceKind, Provenance] = {
    "text": "read",
    "objects": "counted",
    "calculation": "computed",
    "passage": "cited",
    "image": "cited",
    "value": "measured",
    "seen": "seen",
}


def known_by(citation: Citation, evidence: Sequence[Evidence]) -> Provenance:
    """How the cited evidence knows what it says."""
    item = next((e for e in evidence if e.id == citation.evidence), None)
    return provenance(item) if item is not None else "seen"


def provenance(item: Evidence) -> Provenance:
    """A region is read where words were read in it, measured where a tool described it, else seen."""
    if item.kind == "region":
        return "read" if item.lines else "seen" if item.picture is not None else "measured"
    return _BY_KIND[item.kind]


def seen_evidence(
    statement: str, pictures: Sequence[Picture], parts: Sequence[Evidence] = ()
) -> Evidence:
    """A statement that rests on the model's own eyes, with the enlarged part where there is one."""
    crop = next((part for part in parts if part.picture is not None), None)
    if crop is not None:
        return Evidence(
            kind="seen",
            text=statement,
            source=crop.source,
            boxes=crop.boxes,
            picture=crop.picture,
            seen=Seen(statement=statement, crop=crop.picture),
        )
    source = picture_source(pictures[0])
    return Evidence(kind="seen", text=statement, source=source, seen=Seen(statement=statement))


def seen_on_page(statement: str, page: Source) -> Evidence:
    """A statement that the model saw on a page it was shown, where its words do not tell it."""
    return Evidence(kind="seen", text=statement, source=page, seen=Seen(statement=statement))
