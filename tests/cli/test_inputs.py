"""What people name on the command line: pictures are looked at, all else is read."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from looktwice.cli.inputs import InputReader, Inputs
from looktwice.media.store import Store
from looktwice.settings import Settings
from PIL import Image, ImageGrab

from ..agent import kit
from .index.index_cli_kit import pdf

pytestmark = pytest.mark.usefixtures("elsewhere")


def read(*words: str, clipboard: bool = False) -> Inputs:
    settings = Settings.load()
    store = Store(settings.store_dir, settings.media)
    return InputReader(settings, store).read([*words], clipboard)


def names(found: Inputs) -> tuple[list[str], list[str]]:
    return [p.name for p in found.pictures], [p.name for p in found.documents]


def test_files_folders_and_patterns(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("photos", "letters", "empty"):
        Path(folder).mkdir()
    for shade in (1, 2):
        kit.named_picture(Path("photos"), f"{shade}.png", shade)
    Path("letters/a.txt").write_text("a")
    kit.named_picture(Path("letters"), "b.png", 3)
    Path("lease.pdf").write_bytes(pdf("The lease"))
    Path("photo.bin").write_bytes(kit.picture(4))
    found = read("lease.pdf", "photo.bin", "photos", "letters", "*.pdf")
    assert names(found) == (["photo.bin", "1.png", "2.png"], ["lease.pdf", "letters", "lease.pdf"])
    assert read("gone.pdf", "empty", "*.gif", "http://example.org/a.png").failed == 4
    told = capsys.readouterr().err
    for words in ("gone.pdf: ", "empty: holds nothing", "*.gif: fits no file", "only with --fetch"):
        assert words in told


@pytest.mark.parametrize(
    ("data", "kept"),
    [(kit.picture(5), "standard input"), (pdf("x"), "standard input.pdf"), (b"Rent", ".txt")],
)
def test_standard_input(data: bytes, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    found = read("-")
    pictures, documents = names(found)
    assert [name for name in pictures + documents if name.endswith(kept)]
    assert not documents or found.documents[0].read_bytes() == data


def test_the_clipboard(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    held: list[object] = [Image.new("RGB", (9, 9)), None]
    monkeypatch.setattr(ImageGrab, "grabclipboard", lambda: held.pop(0))
    assert names(read(clipboard=True)) == (["clipboard"], [])
    assert read(clipboard=True).failed == 1
    assert "holds no picture" in capsys.readouterr().err
