"""Fixtures of the tests of `looktwice index`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from looktwice.cli import app

from ..cli_kit import Done, Run
from .index_cli_kit import BOILER, TREES, WordEmbedder, pdf, use


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with embedders that need no weights."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    use(WordEmbedder, monkeypatch)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call `looktwice index ... --index ix` in this process."""

    def call(command: str, *words: object, index: str = "ix") -> Done:
        arguments = ["looktwice", "index", command, *map(str, words), "--index", index]
        monkeypatch.setattr(sys, "argv", arguments)
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            app.main()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, *capfd.readouterr())

    return call


@pytest.fixture
def docs() -> Path:
    folder = Path("docs")
    if not folder.exists():  # `filled` brings them
        write_docs(folder)
    return folder


def write_docs(folder: Path) -> None:
    folder.mkdir()
    (folder / "boiler.md").write_text(BOILER)
    (folder / "trees.txt").write_text(TREES)
    (folder / "lease.pdf").write_bytes(pdf("The lease of the flat", "ends in March 2031"))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `filled` puts its folder: always the same, for an index knows its documents by their paths."""
    return tmp_path_factory.mktemp("stage")


@pytest.fixture
def filled(run: Run, stage: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run` with the three documents added: once, then copied."""
    kept, folder = stage / "kept", stage / "work"
    shutil.rmtree(folder, ignore_errors=True)
    if kept.exists():
        shutil.copytree(kept, folder)
        monkeypatch.chdir(folder)
    else:
        folder.mkdir()
        monkeypatch.chdir(folder)
        write_docs(Path("docs"))
        assert run("add", "docs").code == 0
        shutil.copytree(folder, kept)
    return run
