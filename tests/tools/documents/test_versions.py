"""Which two documents are held against each other, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from looktwice.tools.documents.versions import two_versions


@dataclass(frozen=True)
class Entry:
    name: str
    date: str = ""
    type: str = "pdf"
    pages: int = 1


def test_the_earlier_one_comes_first() -> None:
    new, old = Entry("a.pdf", "2024-05-01"), Entry("b.pdf", "2023-01-01")
    assert two_versions([new, old]) == ("b.pdf", "a.pdf")
    assert two_versions([new, old], named=["a.pdf", "b.pdf"]) == ("a.pdf", "b.pdf")
    assert two_versions([Entry("a.pdf"), Entry("b.pdf")]) == ("a.pdf", "b.pdf")


def test_it_has_to_be_two_texts() -> None:
    three = [Entry("a.pdf"), Entry("b.pdf"), Entry("c.jpg", type="picture"), Entry("d.docx")]
    assert two_versions(three) is None
    assert two_versions(three[:3]) == ("a.pdf", "b.pdf")
    assert two_versions(three, named=["d.docx", "a.pdf"]) == ("d.docx", "a.pdf")
