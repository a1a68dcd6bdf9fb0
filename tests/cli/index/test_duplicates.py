from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.tools import scan_reader
from PIL import Image

from ..cli_kit import Run


def test_pictures_that_look_the_same_and_files_of_the_same_bytes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_reader, "scan_reader_of", lambda *_: ScanReader(read=lambda *_: []))
    folder = tmp_path / "papers"
    folder.mkdir()
    with (files("looktwice.samples") / "sign.jpg").open("rb") as file:
        image = Image.open(file).convert("RGB")
    image.save(folder / "one.png")
    image.resize((image.width // 2, image.height // 2)).save(folder / "small.png")
    Image.linear_gradient("L").save(folder / "other.png")
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("The rent is 900 euros.")
    assert run("add", folder).code == 0
    found = json.loads(run("duplicates", "--json").out)
    groups = {tuple(sorted(group["names"])): group["same"] for group in found}
    assert groups == {("a.txt", "b.txt"): "bytes", ("one.png", "small.png"): "look"}
