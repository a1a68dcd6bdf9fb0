"""What would harm whoever unpacks it is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from looktwice.settings import DocumentLimits

from .kit import (
    MAKERS,
    fault,
    paragraph,
    word,
    word_parts,
    written,
    zipped,
)


@pytest.mark.parametrize("kind", MAKERS)
def test_what_unpacks_to_too_much_is_refused_before_it_is(tmp_path: Path, kind: str) -> None:
    path = MAKERS[kind](tmp_path / f"a.{kind}")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("bomb.bin", bytes(5_000_000))
    assert path.stat().st_size < 200_000
    assert "LOOKTWICE_DOCUMENTS__EXPANDED" in fault(path, DocumentLimits(expanded=4_000_000))


@pytest.mark.parametrize("kind", MAKERS)
def test_entities_are_never_expanded(tmp_path: Path, kind: str) -> None:
    whole = MAKERS[kind](tmp_path / f"a.{kind}")
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    with zipfile.ZipFile(whole) as package:
        parts: dict[str, str | bytes] = {n: package.read(n) for n in package.namelist()}
    name = next(n for n in parts if n.endswith(("document.xml", "slide1.xml", "sheet1.xml")))
    for data in (bomb, f"<!-- {'x' * 9000} -->{bomb}", ("\ufeff" + bomb).encode("utf-16-le")):
        path = zipped(tmp_path / f"b.{kind}", {**parts, name: data})
        assert "entities" in fault(path)


def test_parts_outside_of_the_package_are_refused(tmp_path: Path) -> None:
    for name in ("../x.xml", "/etc/x.xml", "word/../../x.xml", "C:\\x.xml"):
        parts = word_parts(paragraph("Hello")) | {name: "<x/>"}
        assert "outside" in fault(zipped(tmp_path / "a.docx", parts))


def test_an_encrypted_part_is_named(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", paragraph("Hello"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "encrypted" in fault(written(path, bytes(data)))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_part_that_is_missing_or_broken_is_said(tmp_path: Path, kind: str) -> None:
    whole = MAKERS[kind](tmp_path / f"a.{kind}")
    with zipfile.ZipFile(whole) as package:
        parts: dict[str, str | bytes] = {n: package.read(n) for n in package.namelist()}
    name = next(n for n in parts if n.endswith(("document.xml", "presentation.xml", "sheet1.xml")))
    assert "damaged" in fault(zipped(tmp_path / f"b.{kind}", {**parts, name: "<broken"}))
