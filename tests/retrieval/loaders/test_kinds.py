"""A file is what its content says, its name has to agree, and every fault is named."""

from __future__ import annotations

import codecs
import contextlib
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.kinds import kind_of
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.registry import formats
from looktwice.settings import DocumentLimits
from PIL import Image

from .. import pdf_kit

LIMITS = DocumentLimits()
ENDINGS = [ending for known in formats() for ending in known.endings]
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def package(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return path


def fault(path: Path, limits: DocumentLimits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught:
        open_document(path, limits)
    assert caught.value.source == str(path)
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"plain words", "txt"),
        ("a.MD", b"# Title", "md"),
        ("a.csv", b"a,b\n1,2\n", "csv"),
        ("a.htm", HTML, "html"),
        ("a.html", b"no tags at all", "html"),
        ("a.txt", "schön".encode("cp1252"), "txt"),
        ("a.txt", codecs.BOM_UTF16_LE + "words".encode("utf-16-le"), "txt"),
        ("a.txt", codecs.BOM_UTF32_BE + "words".encode("utf-32-be"), "txt"),
        ("a.txt", b"The header of a PDF is %PDF-1.7, see there", "txt"),
        ("a.doc", HTML, "html"),
        ("noname", b"plain words", "txt"),
    ],
)
def test_text_is_of_the_kind_its_name_says(
    tmp_path: Path, name: str, data: bytes, kind: str
) -> None:
    assert kind_of(put(tmp_path / name, data), LIMITS) == kind


@pytest.mark.parametrize(
    ("folder", "kind"), [("word/a.xml", "docx"), ("ppt/a.xml", "pptx"), ("xl/a.xml", "xlsx")]
)
def test_office_files_are_known_by_what_is_inside(tmp_path: Path, folder: str, kind: str) -> None:
    for name in (f"a.{kind}", "a.bin"):
        assert kind_of(package(tmp_path / name, "[Content_Types].xml", folder), LIMITS) == kind


def test_pictures_may_have_each_others_names(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", tmp_path / "a.jpg")
    assert kind_of(tmp_path / "a.jpg", LIMITS) == "picture"


def test_a_pdf_may_begin_with_junk_and_have_any_unknown_name(tmp_path: Path) -> None:
    data = b"\r\nHTTP/1.1 200 OK\r\n\r\n" + pdf_kit.Pdf([pdf_kit.Sheet()]).data()
    assert kind_of(put(tmp_path / "download.tmp", data), LIMITS) == "pdf"
    assert kind_of(put(tmp_path / "download.pdf", data), LIMITS) == "pdf"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", HTML, ("mislabelled", "web page", ".html")),
        ("a.pdf", b"plain words", ("mislabelled", "plain text", ".txt")),
        ("a.txt", b"%PDF-1.7\n", ("mislabelled", "a PDF", ".pdf")),
        ("a.docx", b"\x89PNG\r\n\x1a\n" + bytes(99), ("mislabelled", "picture", ".png")),
        ("a.pdf", b"\0\1\2\3" * 99, ("damaged",)),
        ("a.xyz", b"\0\1\2\3" * 99, ("not a document", "PDF")),
        ("a.docx", b"PK\x03\x04 and no more", ("damaged or cut off",)),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), ("before 2007", "xlsx")),
        ("a.md", b"", ("empty",)),
    ],
)
def test_what_is_no_document_is_said(
    tmp_path: Path, name: str, data: bytes, words: tuple[str, ...]
) -> None:
    reason = fault(put(tmp_path / name, data))
    assert [word for word in words if word not in reason] == []


def test_office_encryption_is_named(tmp_path: Path) -> None:
    name = "EncryptedPackage".encode("utf-16-le")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9999) + name + bytes(99)
    assert "encrypted" in fault(put(tmp_path / "a.docx", data))


def test_archives_are_not_documents(tmp_path: Path) -> None:
    assert "archive" in fault(package(tmp_path / "a.zip", "word/document.xml", "b.pdf"))
    assert "OpenDocument" in fault(package(tmp_path / "a.odt", "mimetype", "content.xml"))
    wrong = package(tmp_path / "a.xlsx", "[Content_Types].xml", "word/document.xml")
    assert "mislabelled" in fault(wrong)


def test_what_is_not_a_file_is_said(tmp_path: Path) -> None:
    assert "no such file" in fault(tmp_path / "gone.pdf")
    assert "folder" in fault(tmp_path)
    (tmp_path / "dangling.pdf").symlink_to(tmp_path / "gone.pdf")
    assert "no such file" in fault(tmp_path / "dangling.pdf")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be read" in fault(tmp_path / "loop")
    assert "cannot be read" in fault(Path("a\0b.pdf"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_or_device_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a regular file" in fault(tmp_path / "pipe.txt")
    assert "not a regular file" in fault(Path(os.devnull))


def test_a_link_to_a_file_is_a_file(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", b"words")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert kind_of(tmp_path / "b.txt", LIMITS) == "txt"


def test_a_large_file_is_refused_with_the_setting_that_allows_it(tmp_path: Path) -> None:
    reason = fault(put(tmp_path / "a.txt", b"x" * 100), DocumentLimits(bytes=99))
    assert "100 bytes" in reason
    assert "LOOKTWICE_DOCUMENTS__BYTES" in reason


@given(data=st.binary(min_size=1, max_size=300), suffix=st.sampled_from([*ENDINGS, "", ".x"]))
def test_any_bytes_have_a_kind_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    path = put(tmp_path_factory.getbasetemp() / f"any{suffix}", data)
    with contextlib.suppress(BadInput):
        assert kind_of(path, LIMITS) in [known.kind for known in formats()]
