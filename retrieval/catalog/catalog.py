"""What there is: the catalog of an index, which is the truth; the vectors follow it."""

from __future__ import annotations

from .detections import CatalogDetections
from .documents import CatalogDocuments
from .files import CatalogFiles
from .upkeep import CatalogUpkeep

__all__ = ["Catalog"]


class Catalog(CatalogFiles, CatalogDocuments, CatalogDetections, CatalogUpkeep):
    """The catalog, to be read and, by one process at a time, written.

    Safe for threads. Each method that changes something is one transaction, on the disk when it
    returns (`purge` and `compact` are several, and may be called again after a stop).

    Args:
        path: of the database file.
        write: make it if there is none, and allow changes.

    Raises:
        UsageError: there is no catalog to read, a newer program wrote it, it cannot be opened or
            written (also from every method).
        BadInput: the file is no catalog or is damaged (also from every method).
    """
