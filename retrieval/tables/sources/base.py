"""What all sources of tables share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator

from ....closing import Closing
from ....schema import Table
from ...loaders.base import DocumentInfo, Scan

__all__ = ["TableSource"]


def _ignore(number: int) -> None:
    """Nobody wants to know which page is being read."""


class TableSource(Closing):
    """An open document whose tables are read one after the other.

    Attributes:
        about: what the document says about itself.
        on_page: called with the number of each page whose reading begins.
    """

    about: DocumentInfo
    on_page: Callable[[int], None] = staticmethod(_ignore)

    @abstractmethod
    def pages(self, first: int = 1) -> Iterator[Table | Scan]:
        """Tables in order; a page that has to be read by OCR comes as a picture.

        Raises:
            BadInput: the rest of the document cannot be read.
        """

    def close(self) -> None:
        """Let go of the file; reading on is an error."""
