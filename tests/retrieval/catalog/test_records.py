"""Records of documents: kept beside them, gone with them, there again after a stop."""

from __future__ import annotations

from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.records import KeptRecords

from .kit import add


def test_records_are_kept_by_schema_and_the_last_one_counts(catalog: Catalog) -> None:
    document = add(catalog, "a.pdf", [["words"]])
    with KeptRecords(catalog._db.path) as records:
        records.keep(document, "bill", "1")
        records.keep(document, "bill", "2")
        records.keep(document, "card", "3")
    with KeptRecords(catalog._db.path) as again:
        assert again.of("bill") == {document: "2"}
        assert again.of("card") == {document: "3"}


def test_a_document_that_goes_takes_its_records_with_it(catalog: Catalog) -> None:
    document = add(catalog, "a.pdf", [["words"]])
    with KeptRecords(catalog._db.path) as records:
        records.keep(document, "bill", "1")
        catalog.remove(document)
        catalog.purge(document)
        assert records.of("bill") == {}
        records.keep(document, "bill", "2")  # of a document that is gone
        assert records.of("bill") == {}
