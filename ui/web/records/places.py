"""Where a value of a record stands: its page with the box, in the viewer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

from ....agent.batch.record_file import RecordLine
from ....closing import Closing
from ....errors import BadInput
from ....media.names import last_part
from ....retrieval.loaders.drawing import PageRenderer
from ....schema import ExtractedField, Origin, Picture
from ....settings import DocumentLimits
from ..cuts import cut_around
from ..html.answers import Mark
from ..html.panes import Leaf, page_pane, text_pane
from ..looks import measures
from ..viewer import Viewer
from .library import KeptExtraction

_KEPT_PAGES = 6
"""Pages that are kept drawn: a value's page is looked at again for the next one."""


class RecordPlaces(Closing):
    """Shows where values stand; safe for threads.

    Args:
        viewer: shows documents of the users'.
        limits: of drawing pages of other files.
    """

    def __init__(self, viewer: Viewer, limits: DocumentLimits) -> None:
        self._viewer = viewer
        self._renderer = PageRenderer(limits)
        self._drawn = lru_cache(_KEPT_PAGES)(self._draw)

    def pane(self, owner: str, kept: KeptExtraction, key: str, path: str, number: int = 0) -> str:
        """The page of a value as HTML, the box marked; BadInput where there is no such value.

        Args:
            key: of the record.
            path: of its field; "" for none.
            number: of another page of the document, which is looked at instead; 0 for the value's own.
        """
        line = kept.file.line(key)
        field = line.field(path)
        page = _page_of(line, field)
        address = f"/see/records/{kept.id}"
        query = urlencode({"row": key, "path": path}).replace("&", "&amp;")
        leaf = Leaf(kept.name_of(line.file), number or page, 0, home=f"{address}/place?{query}")
        marks: list[Mark] = [(box, "lt-cited", "") for box in field.boxes]
        if number and number != page:
            marks, field = [], ExtractedField(path=path)
        name = self._among_documents(owner, kept, line.file)
        if name is not None:
            leaf = replace(leaf, document=name)
            return self._viewer.leaf_pane(owner, leaf, marks, field.quote)
        try:
            drawn = self._measures(kept, line.file, leaf.number, field)
        except BadInput as error:
            return text_pane(leaf.document, f"{field.quote}\n\n{error}", field.quote)
        leaf = replace(
            leaf,
            pages=max(_pages_of(line), leaf.number),
            turn=f"{address}/place?{query}&amp;page=",
            source=f"{address}/leaf?{query}&amp;page={leaf.number}",
        )
        return page_pane(leaf, drawn, "", marks, field.quote)

    def cut(self, owner: str, kept: KeptExtraction, key: str, path: str) -> bytes:
        """The place of a value, zoomed, as a JPEG; BadInput where it stands nowhere or has no look."""
        line = kept.file.line(key)
        field = line.field(path)
        if not field.boxes:
            raise BadInput(kept.name_of(line.file), "this value has no place")
        page = _page_of(line, field)
        name = self._among_documents(owner, kept, line.file)
        if name is not None:
            return self._viewer.page_cut(owner, name, page, field.boxes)
        drawn, wide, _ = self._page(kept, line.file, page)
        image = Image.open(io.BytesIO(drawn))
        scale, frame = wide / image.width, field.boxes[0].frame
        origin = Origin(document=line.file, page=page, scale=scale, frame=frame)
        return cut_around(
            image, measures(image.width, image.height, line.file, origin), field.boxes
        )

    def leaf(self, kept: KeptExtraction, key: str, number: int) -> bytes:
        """A page of a document as a JPEG; BadInput where it cannot be drawn."""
        return self._page(kept, kept.file.line(key).file, number)[0]

    def close(self) -> None:
        """End the drawing processes."""
        self._renderer.close()

    def _measures(
        self, kept: KeptExtraction, file: str, page: int, field: ExtractedField
    ) -> Picture:
        _, width, height = self._page(kept, file, page)
        frame = field.boxes[0].frame if field.boxes else "page"
        origin = Origin(document=file, page=page, frame=frame)
        return measures(round(width), round(height), file, origin)

    def _page(self, kept: KeptExtraction, file: str, page: int) -> tuple[bytes, float, float]:
        if not kept.may_draw(file) or not Path(file).is_file():
            raise BadInput(
                kept.name_of(file), "is not among your documents; add it to see its page"
            )
        return self._drawn(file, page, Path(file).stat().st_mtime_ns)

    def _draw(self, file: str, page: int, changed: int) -> tuple[bytes, float, float]:
        """A page as a JPEG, and its width and height in its own frame."""
        image, scale = self._renderer.draw(Path(file), page)
        made = io.BytesIO()
        image.convert("RGB").save(made, "JPEG", quality=88)
        return made.getvalue(), image.width * scale, image.height * scale

    def _among_documents(self, owner: str, kept: KeptExtraction, file: str) -> str | None:
        """What the file is called among the user's documents, if it is one of them."""
        documents = self._viewer.documents.list_documents(owner)
        if kept.may_draw(file):
            return next((one.name for one in documents if one.path == file), None)
        last = last_part(file)
        alike: Sequence[str] = [one.name for one in documents if last_part(one.name) == last]
        return alike[0] if len(alike) == 1 else None


def _page_of(line: RecordLine, field: ExtractedField) -> int:
    """Where a value stands; the first page that was read where it stands nowhere."""
    return field.page or (line.record.page if line.record is not None else None) or 1


def _pages_of(line: RecordLine) -> int:
    """How many pages a document has, as far as the file of records says."""
    if line.record is None:
        return 0
    return max([line.record.pages, *(field.page or 0 for field in line.record.fields)])
