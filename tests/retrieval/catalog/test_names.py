"""Names are short, each is used once, and whatever only one has names it."""

from __future__ import annotations

from looktwice.retrieval.catalog.catalog import Catalog

from .kit import add


def test_names_are_short_and_each_is_used_once(catalog: Catalog) -> None:
    document = add(catalog, "x", [["one"]])

    def name(path: str, hint: str) -> str:
        return catalog.add_file(path, hint, 1, 1, document)

    assert name("/r/2021/report.pdf", "report.pdf") == "report.pdf"
    assert name("/r/2022/report.pdf", "report.pdf") == "2022/report.pdf"
    assert name("/s/2022/report.pdf", "report.pdf") == "s/2022/report.pdf"
    assert name("/r/2022/report.pdf", "report.pdf") == "2022/report.pdf"
    assert name("/t/s/2022/report.pdf", "2022/report.pdf") == "t/s/2022/report.pdf"
    assert name("/elsewhere", "report.pdf") == "report.pdf (2)"


def test_a_document_is_named_by_whatever_only_it_has(catalog: Catalog) -> None:
    first = add(catalog, "2021/Report.pdf", [["x"]], sha256="1")
    second = add(catalog, "2022/Report.pdf", [["x"]], sha256="2")
    third = add(catalog, "Cafe\u0301.html", [["x"]], sha256="3")

    def named(name: str) -> int | None:
        one = catalog.document(name)
        return one.id if one else None

    assert named("2021/Report.pdf") == named("2021/report.PDF") == first
    assert named("Report.pdf") is named("report") is named("none") is None
    assert named("café.html") == named("CAFÉ") == third
    catalog.remove(first)
    assert named("Report.pdf") == named("report") == second
