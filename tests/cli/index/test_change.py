"""Commands that change an index: what they print, which exit code they leave, nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from looktwice.errors import Cancelled
from looktwice.retrieval import index as index_module
from looktwice.retrieval.ingest.progress import IngestSummary
from looktwice.settings import Settings

from ..cli_kit import Run
from .index_cli_kit import OtherEmbedder, use


def test_add_tells_what_it_did(run: Run, docs: Path) -> None:
    done = run("add", docs)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("added 3 documents, 3 pages in ")
    again = run("add", docs)
    assert again.code == 0
    assert "nothing new" in again.out
    assert "3 unchanged" in again.out


def test_add_as_json(run: Run, docs: Path) -> None:
    done = run("add", docs, "--json", "--workers", 2)
    told = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert sorted(told["added"]) == ["boiler.md", "lease.pdf", "trees.txt"]
    assert (told["pages"], told["interrupted"], told["failed"]) == (3, False, [])


def test_what_fails_is_told_and_the_rest_is_there(run: Run, docs: Path) -> None:
    (docs / "bad.pdf").write_text("no PDF at all")
    done = run("add", docs)
    assert done.code == 1
    assert "added 3 documents" in done.out
    assert "1 failed" in done.out
    (line,) = done.err.splitlines()
    assert line.startswith("looktwice: ")
    assert "bad.pdf: is mislabelled" in line
    told = json.loads(run("stats", "--json").out)
    assert [Path(f["path"]).name for f in told["failed"]] == ["bad.pdf"]
    assert "bad.pdf" in run("stats").out


def test_a_path_that_is_not_there(run: Run, docs: Path) -> None:
    done = run("add", "nowhere", docs / "trees.txt")
    assert done.code == 1
    assert "nowhere" in done.err
    assert "added 1 document, 1 page in" in done.out


def test_update_sees_new_changed_and_vanished_files(filled: Run, docs: Path) -> None:
    (docs / "trees.txt").write_text("Only birches are left.\n")
    (docs / "boiler.md").unlink()
    (docs / "new.txt").write_text("Something new.\n")
    told = json.loads(filled("update", "--json").out)
    assert told["added"] == ["new.txt"]
    assert told["changed"] == ["trees.txt"]
    assert told["removed"] == ["boiler.md"]
    assert "boiler.md" not in filled("list").out


def test_remove(filled: Run) -> None:
    assert (
        filled("remove", "boiler.md", "trees.txt").out == "removed boiler.md\nremoved trees.txt\n"
    )
    assert [d["name"] for d in json.loads(filled("list", "--json").out)] == ["lease.pdf"]
    assert "boiler" not in filled("search", "boiler serviced", "--json").out


def test_removing_an_unknown_name_removes_nothing(filled: Run) -> None:
    done = filled("remove", "trees.txt", "tree.md")
    assert done.code == 2
    assert "tree.md" in done.err
    assert "trees.txt" in done.err  # the nearest
    assert len(json.loads(filled("list", "--json").out)) == 3


@pytest.mark.parametrize("command", ["update", "verify", "rebuild", "list", "stats"])
def test_no_index_is_said_and_none_is_made(run: Run, command: str) -> None:
    done = run(command)
    assert (done.code, done.out) == (2, "")
    assert "no index" in done.err
    assert not Path("ix").exists()


def test_another_writer_is_named(filled: Run, docs: Path) -> None:
    settings = Settings()
    with index_module.Index.open(Path("ix"), settings, write=True, purpose="the other"):
        done = filled("add", docs)
        assert filled("list").code == 0  # readers go on
    assert done.code == 2
    assert "the other" in done.err
    with index_module.Index.open(Path("ix"), settings, write=True, purpose="the other") as other:
        timer = threading.Timer(0.5, other.close)
        timer.start()
        done = filled("add", docs, "--wait", 30)
        timer.join()
    assert done.code == 0
    assert "waiting for `the other`" in done.err


def test_verify_and_rebuild(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(filled("verify", "--json").out)
    assert told["ok"]
    assert told["passages"] == told["vectors"] > 0
    assert filled("verify", "--no-mend").out.startswith("ok: ")
    use(OtherEmbedder, monkeypatch)
    done = filled("list")
    assert done.code == 2
    assert "looktwice index rebuild" in done.err
    assert json.loads(filled("rebuild", "--json").out) == {"passages": told["passages"]}
    assert filled("search", "boiler").code == 0


def test_a_stopped_run_says_how_to_go_on(
    filled: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = IngestSummary(added=("a.txt",), pages=1, seconds=1.0, interrupted=True)
    monkeypatch.setattr(index_module.Index, "add", lambda *_, **__: summary)
    done = filled("add", docs)
    assert done.code == 130
    assert "added 1 document, 1 page in 1.0 s" in done.out
    assert done.err == "looktwice: stopped; run the same command again to go on\n"


def test_a_stopped_rebuild(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> int:
        raise Cancelled("the run was stopped")

    monkeypatch.setattr(index_module.Index, "rebuild", stopped)
    assert filled("rebuild").code == 130


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_in_order_and_the_next_call_goes_on(run: Run) -> None:
    folder = Path("many")
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.txt").write_text(f"Paper number {number}.\n")
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import index_cli_kit as t\n"
        "from looktwice.cli import app\n"
        "class Slow(t.WordEmbedder):\n"
        "    def embed(self, texts):\n"
        "        sys.stderr.write('embedding\\n'); time.sleep(0.3)\n"
        "        return super().embed(texts)\n"
        "m = t.index_module\n"
        "t.chosen.open_text_embedder = lambda s: t.as_text_embedder(Slow())\n"
        "t.picture.open_picture_embedder = m.open_reranker = lambda s: None\n"
        "sys.argv = ['looktwice', 'index', 'add', 'many', '--index', 'ix', '--json']\n"
        "app.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for _ in range(3):  # the first asks what the embedder does
        assert process.stderr.readline() == "embedding\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("looktwice: stopped; run the same command again to go on\n")
    first = json.loads(out)
    assert first["interrupted"]
    assert len(first["added"]) < 30
    second = json.loads(run("add", folder, "--json").out)
    assert len(first["added"]) + len(second["added"]) == 30
    assert json.loads(run("verify", "--json").out)["ok"]
