"""Strict files are read like others, and a part that cannot be read is noted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from looktwice.retrieval.loaders.office.parts import _LOOSE, Package, loose

from .kit import paragraph, presentation, read, word, workbook, zipped


def strict(path: Path) -> Path:
    """The same file in the Strict form."""
    target = path.with_stem(path.stem + "-strict")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            for own, known in _LOOSE.items():
                if known.startswith(b"http://schemas.openxmlformats.org/package"):
                    continue
                data = data.replace(known, b"http://purl.oclc.org/ooxml/" + own)
            new.writestr(name, data)
    return target


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pptx"])
def test_strict_files_say_what_others_say(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        workbook(path, {"Berths": [["Boat", "Berth"], ["Solan", "A03"]], "Fees": [["Day", 12.5]]})
    elif kind == "docx":
        word(path, paragraph("Berths", "H1") + paragraph("Solan lies at A03."))
    else:
        presentation(path)
    texts = [page.text for page in read(path)[1]]
    assert texts[0]
    assert [page.text for page in read(strict(path))[1]] == texts


def test_other_files_are_taken_as_they_are(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", paragraph("x"))
    assert loose(path) == path


def test_parts_that_are_broken_or_missing_are_noted(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.xml": "<open>", "b.xml": "<fine/>"})
    package = Package(path)
    assert package.xml("b.xml").tag == "fine"
    assert package.xml("a.xml") is None
    assert package.data("c.xml") is None
    assert [fault.split(" ")[0] for fault in package.faults] == ["a.xml", "c.xml"]
    package.close()
