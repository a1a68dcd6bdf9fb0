from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from .cli_kit import Run


def test_two_versions_of_a_text(run: Run, tmp_path: Path) -> None:
    before, after = tmp_path / "a.txt", tmp_path / "b.txt"
    before.write_text("The rent is 900 euros a month.")
    after.write_text("The rent is 950 euros a month.")
    told = run("compare", str(before), str(after))
    assert told.code == 0
    assert "page 1: “900” became “950”" in told.out
    (change,) = json.loads(run("compare", str(before), str(after), "--json").out)
    assert (change["before"][0]["text"], change["after"][0]["text"]) == ("900", "950")


def test_the_same_picture_twice_and_a_file_that_is_missing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.effect_mandelbrot((300, 200), (-2, -1.5, 1, 1.5), 60).save(path)
    assert json.loads(run("compare", str(path), str(path), "--json").out)["found"] == []
    gone = run("compare", str(path), str(tmp_path / "gone.png"))
    assert gone.code == 1
    assert "gone.png" in gone.err
