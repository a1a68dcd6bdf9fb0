"""Every program and notebook of examples/ runs as it stands."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from looktwice.settings import Settings

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SAMPLES = ROOT / "samples"


@pytest.fixture
def starter(
    starter_settings: Settings, warm_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The starter pack, for programs that read their settings themselves; an empty working folder."""
    monkeypatch.setenv("LOOKTWICE_HOME", str(starter_settings.home))
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_every_example_is_listed_and_tested() -> None:
    there = {p.name for p in EXAMPLES.iterdir() if p.suffix in (".py", ".ipynb")}
    listed = re.findall(r"^\| `(\S+)` \|", (EXAMPLES / "README.md").read_text("utf-8"), re.M)
    assert sorted(listed) == sorted(there)
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in there if f'"{name}"' not in source] == []


def test_scripted_model(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("scripted_model.py", monkeypatch)
    assert capsys.readouterr().out.startswith("34.50 euro answered")


@pytest.mark.weights
def test_receipts_to_csv(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = starter / "receipts"
    folder.mkdir()
    shutil.copy(SAMPLES / "receipt.jpg", folder)
    (folder / "broken.jpg").write_bytes(b"not a picture")
    run("receipts_to_csv.py", monkeypatch, str(folder))
    table = (starter / "totals.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 3
    assert table[1].startswith("broken.jpg,,failed")
    assert re.match(r"receipt\.jpg,.*33\.64.*,answered,0\.\d+,\d+ \d+ \d+ \d+", table[2])


@pytest.mark.weights
def test_ask_documents(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = starter / "letters"
    folder.mkdir()
    (folder / "lease.txt").write_text("The lease of the workshop ends on 31 March 2027.")
    run("ask_documents.py", monkeypatch, str(folder), "When does the lease of the workshop end?")
    out = capsys.readouterr().out
    assert "31 March 2027" in out
    assert "lease.txt, page 1" in out


@pytest.mark.weights
def test_own_tool(
    starter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("own_tool.py", monkeypatch, str(SAMPLES / "sign.jpg"))
    assert "'sharpness'" in capsys.readouterr().out


@pytest.mark.weights
@pytest.mark.parametrize("name", ["pictures.ipynb", "documents.ipynb"])
def test_notebooks(name: str, starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their cells one after the other, as a kernel would, each a program of its own."""
    cells = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells), "clear the outputs before committing"
    names: dict[str, object] = {"__name__": "__main__"}
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{name}, cell {number}", "exec"), names)
    asked = names["answer"]
    assert getattr(asked, "status") == "answered"  # noqa: B009
