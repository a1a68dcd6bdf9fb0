"""Text files in whatever encoding they are, with a mark or without."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.text_file import open_text, web_text, wide_encoding
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits

TEXTS = [
    "The key of the pump house hangs behind the third door.\r\nIts number is 8806.\r\n",
    "Ключ от насосной висит за третьей дверью.\nЕго номер 8806.\n",
    "Der Schlüssel hängt hinter der dritten Tür, Nummer 8806 – für alle.\n",
    "泵房的钥匙挂在第三扇门后面。\n号码是 8806。\n",
    "مفتاح غرفة المضخة خلف الباب الثالث.\nالرقم 8806\n",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_mark_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(text.encode(encoding))
    with open_document(path, DocumentLimits()) as opened:
        (page,) = opened.pages()
    assert isinstance(page, Page)
    assert page.text.split() == text.split()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"plain words",
        bytes(range(256)) * 8,
        b"\0" * 400,
        "Grüße".encode(),
        b"\x7fELF" + bytes(60),
    ],
)
def test_other_bytes_are_not_taken_for_it(data: bytes) -> None:
    assert wide_encoding(data) == ""


@pytest.mark.parametrize("encoding", ["cp1250", "koi8-r", "cp1252"])
def test_legacy_text_is_detected(tmp_path: Path, encoding: str) -> None:
    texts = {
        "cp1250": "Pani Śliwa mieszka w Łodzi przy ulicy Źródlanej i płaci czynsz w każdy piątek.",
        "koi8-r": "Договор аренды действует до тридцатого сентября и продлевается на один год.",
        "cp1252": "Das Café am Fluß gehört der Familie Müller, die es für zehn Jahre gemietet hat.",
    }
    path = tmp_path / "a.txt"
    path.write_bytes((texts[encoding] * 3).encode(encoding))
    with open_text(path) as file:
        assert file.read() == texts[encoding] * 3


def test_a_web_page_names_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<meta charset="windows-1251"><p>Договор аренды</p>'.encode("cp1251"))
    assert "Договор аренды" in web_text(path)
    path.write_bytes("<meta charset=iso-8859-1><p>Größe “x”</p>".encode("cp1252"))
    assert "Größe “x”" in web_text(path)
    path.write_bytes("<meta charset=ascii><p>Größe</p>".encode())
    assert "Größe" in web_text(path)
