"""ZIP archives are read where the settings allow it, within limits."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import Attachment
from looktwice.retrieval.loaders.load import open_document
from looktwice.settings import DocumentLimits

ALLOWED = DocumentLimits(archives=True)


def zipped(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_files_of_known_kinds_are_documents(tmp_path: Path) -> None:
    names = {
        "a/fee.txt": "31",
        "../../out.txt": "x",
        ".hidden.txt": "n",
        "b/prog.exe": "n",
        "c.csv": "a",
    }
    with open_document(zipped(tmp_path / "a.zip", names), ALLOWED) as opened:
        page, *files = opened.pages()
    assert [one.name for one in files if isinstance(one, Attachment)] == [
        "fee.txt",
        "out.txt",
        "c.csv",
    ]
    assert not isinstance(page, Attachment)


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (DocumentLimits(), "ARCHIVES"),
        (DocumentLimits(archives=True, expanded=1000), "EXPANDED"),
    ],
)
def test_refused_with_the_setting(tmp_path: Path, limits: DocumentLimits, word: str) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": "x" * 5000})
    with pytest.raises(BadInput, match=word), open_document(path, limits) as opened:
        list(opened.pages())
