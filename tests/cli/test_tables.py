"""`looktwice tables`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_tables_are_written_and_a_broken_file_costs_itself(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "towns.csv").write_text("Town,People\nAldport,12\n=1+1,7\n")
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.4")
    done = run("tables", tmp_path / "in", "-o", tmp_path / "out", "--format", "csv,html")
    assert done.code == 1
    assert "broken.pdf" in done.err
    assert "towns.csv" in done.out
    assert "'=1+1" in (tmp_path / "out" / "towns-1.csv").read_text("utf-8-sig")
    assert not list((tmp_path / "out").glob("*.xlsx"))
    (entry,) = (tmp_path / "out" / "tables.jsonl").read_text("utf-8").splitlines()
    told = json.loads(entry)
    assert Path(told["file"]).name == "towns.csv"
    assert {"row", "col", "end_row", "end_col", "text", "box"} <= told["cells"][0].keys()


def test_for_programs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("Town,People\nAldport,12\n")
    done = run("tables", tmp_path / "towns.csv", "-o", tmp_path / "out", "--json")
    assert done.code == 0
    (one,) = json.loads(done.out)["documents"]
    assert (one["tables"], one["reason"]) == (1, "")


def test_a_wrong_call(run: Run, tmp_path: Path) -> None:
    assert run("tables", tmp_path, "-o", tmp_path / "out", "--format", "doc").code == 2
    assert run("tables", tmp_path / "gone.pdf", "-o", tmp_path / "out").code == 1
