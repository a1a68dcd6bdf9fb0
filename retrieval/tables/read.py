"""Every table of a document: read in a process of its own, pages that are pictures by OCR."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ...closing import Closing
from ...control import Control
from ...errors import BadInput
from ...schema import Box, Picture, Table, TextLine
from ...settings import DocumentLimits
from ..loaders.base import Scan
from ..loaders.isolate import ChildReader
from .child import item_of

__all__ = ["ReadText", "TableReader"]

ReadText = Callable[..., list[TextLine]]
"""OCR: of a PIL image and the `Picture` it is; boxes in the frame of its original."""


class TableReader(Closing):
    """Reads the tables of documents, one document after the other; a context manager.

    Args:
        limits: what a document may measure.
        read_text: reads pages that are pictures; without it a document that has one is refused.
    """

    def __init__(self, limits: DocumentLimits, read_text: ReadText | None = None) -> None:
        self._read_text = read_text
        self._child: ChildReader[Table | Scan] = ChildReader(
            limits, f"{__package__}.child", item_of
        )

    def read(
        self, path: Path, control: Control | None = None, first: int = 1, last: int = 0
    ) -> Iterator[Table]:
        """The tables of a document in order.

        Args:
            path: the document.
            control: stops between pages.
            first, last: pages to look at; 0 is the document's last. A table that goes on may end later.

        Raises:
            BadInput: it cannot be read, or not further; tables that came before are good.
            Cancelled, DeadlinePassed: `control` said to stop.
        """
        control = control or Control()
        # One page more: only the next one tells that a table does not go on.
        for item in self._child.read(path, first, control, last + 1 if last else 0):
            if isinstance(item, Table):
                yield item
                continue
            if self._read_text is None:
                raise BadInput(
                    str(path), f"page {item.number} is a picture, which needs OCR to be read"
                )
            control.check()
            yield from tables_of_scan(item, path.name, self._read_text)

    def close(self) -> None:
        """End the process."""
        self._child.close()


def tables_of_scan(scan: Scan, name: str, read_text: ReadText) -> list[Table]:
    """The tables of a page that is a picture; boxes in the page's frame.

    Args:
        scan: the page.
        name: of its document.
        read_text: OCR.
    """
    from .finding.tables import find_tables
    from .sources.scan import layout_of_scan

    image, picture = scan.pictured(name)
    layout = layout_of_scan(image, read_text(image, picture), picture, scan.number)
    return [_in_frame(table, picture) for table in find_tables(layout)]


def _in_frame(table: Table, picture: Picture) -> Table:
    """Boxes in pixels of the picture become boxes in the frame of its original."""

    def moved(box: Box | None) -> Box | None:
        return None if box is None else picture.box(*box.xyxy)

    cells = (cell.model_copy(update={"box": moved(cell.box)}) for cell in table.cells)
    return table.model_copy(update={"cells": tuple(cells), "box": moved(table.box)})
