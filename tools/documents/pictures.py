"""Finding pictures among the user's documents by what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...errors import ToolError
from ...media.clock import with_place
from ...schema import Depicted, Evidence, Passage, Source
from ..base import Tool, tool
from .passages import Piece, as_evidence

if TYPE_CHECKING:
    from .search import DocumentSearch

FIND_PICTURES = "find_pictures"

_MOST = 50
_SHOWN = 4
"""Pictures that a model that sees is shown."""


@runtime_checkable
class FindsPictures(Protocol):
    """What is asked of an index that knows what its pictures show."""

    def pictures(
        self, query: str, *, limit: int = 10, documents: Sequence[str] = (), always: bool = False
    ) -> Depicted | None:
        """The pictures that show what a query looks for; None where it looks for none."""
        ...


def pictures_tool(index: FindsPictures, documents: DocumentSearch) -> list[Tool]:
    """The tool `find_pictures`, where there are pictures to be found."""
    if not any(entry.type in ("picture", "video") for entry in documents.index.documents()):
        return []

    @tool(name=FIND_PICTURES, title="Looking for pictures", done="looked for pictures")
    def find_pictures(query: str) -> list[Evidence]:
        """Find pictures and moments of videos among the user's documents by what they show.

        Args:
            query: What they are to show: "dogs", "pictures of a bus and people".
        """
        found = index.pictures(query, limit=_MOST, always=True)
        if found is None:
            raise ToolError(f"there are no pictures in which {query[:80]!r} could be", "not_found")
        if not found.passages:
            raise ToolError(found.why, "not_found")
        return [_summary(found), *_hits(found, documents)]

    return [find_pictures]


def _summary(found: Depicted) -> Evidence:
    score = max(passage.score for passage in found.passages)
    return Evidence(kind="value", text=in_words(found), score=score)


def _hits(found: Depicted, documents: DocumentSearch) -> list[Evidence]:
    hits = []
    for at, passage in enumerate(found.passages):
        page = documents.page(passage.document, passage.page)
        picture = documents.picture(passage.document, passage.page, page) if at < _SHOWN else None
        piece = Piece(passage.document, passage.page, passage.text, score=passage.score, on=page)
        hits.append(
            as_evidence(piece, picture).model_copy(
                update={
                    "kind": "objects",
                    "boxes": passage.boxes,
                    "lines": (),
                    "text": f"{place_of(passage)}: {' '.join(passage.text.split())}",
                    "source": source_of(passage),
                }
            )
        )
    return hits


def source_of(passage: Passage) -> Source:
    """Where a picture was found."""
    return Source(
        document=passage.document,
        page=passage.page,
        name=passage.document,
        seconds=passage.seconds,
    )


def place_of(passage: Passage) -> str:
    """Where a picture was found, in words: "bus.jpg", "album.tif, page 3", "clip.mp4 at 0:12"."""
    only = passage.page == 1 and passage.seconds is None
    return passage.document if only else with_place(passage.document, passage)


def in_words(found: Depicted) -> str:
    """What came of looking for pictures: how many there are, and which."""
    if not found.passages:
        return found.why
    things = " and ".join(f"“{one.thing}”" for one in found.things)
    count = f"{found.found} picture{'' if found.found == 1 else 's'}"
    places = "; ".join(map(place_of, found.passages))
    more = found.found - len(found.passages)
    listed = f"{places}; and {more} more" if more else places
    if all(passage.found_by == ("written",) for passage in found.passages):
        return f"{things} was seen in no picture; written in {count}: {listed}"
    return f"{things}: {count}: {listed}"
