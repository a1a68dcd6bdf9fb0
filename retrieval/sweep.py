"""Finishing what is half removed: vectors first, then the catalog, so that no vector loses its owner."""

from __future__ import annotations

from pathlib import Path

from .catalog.catalog import Catalog
from .vectors.vectors import KINDS, Vectors

__all__ = ["drop_orphans", "forget_vanished", "sweep"]


def sweep(
    catalog: Catalog, vectors: Vectors, *, abandoned: bool = False, wipe: bool = False
) -> None:
    """Finish what is being removed.

    Args:
        abandoned: also remove what is half added and nobody goes on with.
        wipe: leave no trace in the vectors' files either; costs a rewriting of them all.
    """
    drop_orphans(catalog, vectors)
    swept = False
    for left in catalog.unfinished():
        if left.state == "adding" and not abandoned:
            continue
        catalog.remove(left.id)
        vectors.delete_documents([left.id])
        catalog.purge(left.id)
        swept = True
    if swept and wipe:
        for kind in KINDS:
            vectors.compact(kind)
    catalog.compact()


def drop_orphans(catalog: Catalog, vectors: Vectors) -> None:
    """Delete the vectors of passages that are gone."""
    if orphans := catalog.orphans():
        for kind in KINDS:
            vectors.delete(kind, orphans)
        catalog.orphans_gone(orphans)


def forget_vanished(catalog: Catalog) -> list[str]:
    """Let go of files that are no longer there; returns the documents that thereby go, by name."""
    names = {document.id: document.name for document in catalog.documents()}
    removed = []
    for path, file in catalog.files().items():
        if not Path(path).exists() and catalog.forget_file(path):
            removed.append(names[file.document])
    for failure in catalog.failures():
        if not Path(failure.path).exists():
            catalog.clear_failure(failure.path)
    return removed
