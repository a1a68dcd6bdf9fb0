"""`looktwice index`: what it prints, where, which exit code it leaves, and that nothing is half done."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from looktwice.cli import app, console
from looktwice.cli import index as index_cli
from looktwice.control import Control
from looktwice.errors import Cancelled
from looktwice.retrieval import index as index_module
from looktwice.retrieval.catalog.highlight import Highlighter
from looktwice.retrieval.embeddings.text import as_text_embedder
from looktwice.retrieval.ingest import Progress, Summary
from looktwice.schema import Passage
from looktwice.settings import Settings
from PIL import Image
from rich.console import Console

BOILER = "# Boiler\n\nThe boiler was serviced in [red]May[/red].\n\n## Rent\n\nRent is 900 euros.\n"
TREES = "Oak and beech stand in the garden.\n\nThe pond is deep.\n"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


class WordEmbedder:
    """Texts as bags of hashed words, in place of the pack's embedder."""

    name = "words"

    def embed(self, texts: Sequence[str]) -> Any:
        rows = np.full((len(texts), 256), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 256] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class OtherEmbedder(WordEmbedder):
    name = "other words"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with embedders that need no weights."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    use(WordEmbedder, monkeypatch)


def use(embedder: type[WordEmbedder], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        index_module, "open_text_embedder", lambda settings: as_text_embedder(embedder())
    )
    monkeypatch.setattr(index_module, "open_picture_embedder", lambda settings: None)
    monkeypatch.setattr(index_module, "open_reranker", lambda settings: None)


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
    folder.mkdir()
    (folder / "boiler.md").write_text(BOILER)
    (folder / "trees.txt").write_text(TREES)
    (folder / "lease.pdf").write_bytes(pdf("The lease of the flat", "ends in March 2031"))
    return folder


@pytest.fixture
def filled(run: Run, docs: Path) -> Run:
    """`run` with the three documents added."""
    assert run("add", docs).code == 0
    return run


def pdf(*lines: str) -> bytes:
    """One page of text."""
    shown = " ".join(f"({line}) Tj 0 -40 Td" for line in lines)
    stream = f"BT /F 24 Tf 72 700 Td {shown} ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = "%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    xref = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\n"
    return f"{out}{xref}startxref\n{len(out)}\n%%EOF".encode()


def coloured() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=120)


def printed(terminal: Console) -> str:
    assert isinstance(terminal.file, io.StringIO)
    return terminal.file.getvalue()


# --- adding -------------------------------------------------------------------------------------


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
        timer = threading.Timer(4, other.close)
        timer.start()
        done = filled("add", docs, "--wait", 30)
        timer.join()
    assert done.code == 0
    assert "waiting for `the other`" in done.err


# --- looking ------------------------------------------------------------------------------------


def test_list(filled: Run) -> None:
    done = filled("list")
    names = [line.split()[0] for line in done.out.splitlines()]
    assert set(names) == {"document", "boiler.md", "lease.pdf", "trees.txt", "3"}
    assert done.out.rstrip().endswith("3 documents, 3 pages")
    listed = json.loads(filled("list", "--json", "--type", "pdf").out)
    assert [(d["name"], d["type"], d["pages"]) for d in listed] == [("lease.pdf", "pdf", 1)]
    assert json.loads(filled("list", "--json", "--folder", "elsewhere").out) == []
    assert filled("list", "--folder", "elsewhere").out == "no documents\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--type", "tape"], "tape"),
        (["--after", "soon"], "soon"),
        (["--before", "20221"], "20221"),
    ],
)
def test_filters_that_mean_nothing(filled: Run, words: list[str], named: str) -> None:
    done = filled("list", *words)
    assert done.code == 2
    assert named in done.err


def test_show_a_document(filled: Run) -> None:
    done = filled("show", "boiler")
    assert done.code == 0
    assert done.out.startswith("boiler.md\n")
    assert f"md, {len(BOILER)} bytes" in done.out
    told = json.loads(filled("show", "lease.pdf", "--json").out)
    assert told["sha256"]
    assert [(p["page"], p["begins"]) for p in told["page_list"]] == [(1, "The lease of the flat")]


def test_show_a_page(filled: Run) -> None:
    done = filled("show", "boiler.md", "--page", 1, "--query", "serviced boilers")
    assert "The boiler was serviced in [red]May[/red]." in done.out
    told = json.loads(filled("show", "lease.pdf", "--page", 1, "--query", "lease", "--json").out)
    (box,) = told["matches"]
    assert box["frame"] == "page"
    assert 72 < box["x1"] < box["x2"] < 240
    assert 65 < box["y1"] < box["y2"] < 105
    assert told["saved"] is None


def test_save_a_page_with_the_words_marked(filled: Run) -> None:
    done = filled("show", "lease.pdf", "--page", 1, "--query", "March", "--save", "out.png")
    assert done.out == "saved out.png, 1 place marked\n"
    drawn = np.asarray(Image.open("out.png").convert("RGB")).astype(int)
    yellow = np.argwhere((drawn[..., 0] > 200) & (drawn[..., 2] < 120))
    assert len(yellow) > 100
    down, across = yellow.mean(axis=0) / drawn.shape[:2]
    assert 0.15 < down < 0.19  # the second line
    assert 0.25 < across < 0.45
    assert drawn[yellow[:, 0].min() : yellow[:, 0].max()].min() < 60  # the word is still black


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["boiler.md", "--page", 1, "--save", "out.png"], "md has no look"),
        (["boiler.md", "--save", "out.png"], "--page"),
        (["boiler.md", "--page", 7], "7"),
        (["nothing.pdf"], "nothing.pdf"),
        (["lease.pdf", "--page", 1, "--save", "no/such/folder.png"], "folder.png"),
    ],
)
def test_what_cannot_be_shown(filled: Run, words: list[Any], named: str) -> None:
    done = filled("show", *words)
    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert not Path("out.png").exists()


def test_a_page_whose_file_is_gone(filled: Run, docs: Path) -> None:
    (docs / "lease.pdf").unlink()
    done = filled("show", "lease.pdf", "--page", 1, "--save", "out.png")
    assert done.code == 1
    assert "update" in done.err


def test_search(filled: Run) -> None:
    done = filled("search", "boiler serviced", "--limit", 1)
    head, *rest = done.out.splitlines()
    assert head.startswith("1. boiler.md, page 1 (0.")
    assert "keyword" in head
    assert "The boiler was serviced in [red]May[/red]." in "\n".join(rest)
    assert "\x1b" not in done.out


def test_search_as_json(filled: Run) -> None:
    done = filled("search", "when does the lease end?", "--json")
    assert done.err == ""
    found = [Passage.model_validate(p) for p in json.loads(done.out)]
    assert (found[0].document, found[0].page) == ("lease.pdf", 1)
    assert found[0].boxes
    assert "keyword" in found[0].found_by
    only = json.loads(filled("search", "the lease", "--json", "--document", "trees.txt").out)
    assert {p["document"] for p in only} <= {"trees.txt"}


@pytest.mark.parametrize("words", [[], [" "], ["x", "--limit", 0], ["x", "--image", "none.png"]])
def test_a_search_for_nothing(filled: Run, words: list[Any]) -> None:
    done = filled("search", *words)
    assert done.code in (1, 2)
    assert done.out == ""
    assert len(done.err.splitlines()) == 1


def test_stats(filled: Run, docs: Path) -> None:
    told = json.loads(filled("stats", "--json").out)
    assert (told["documents"], told["files"], told["pages"]) == (3, 3, 3)
    assert told["roots"] == [str(docs.absolute())]
    assert "3 documents in 3 files" in filled("stats").out


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


def test_serve_refuses_an_address_that_is_taken(run: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", port)
    assert done.code == 2
    assert str(port) in done.err


# --- the frame ----------------------------------------------------------------------------------


COMMANDS = "add update remove list show search stats verify rebuild serve".split()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_wants_an_index(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for words, code, said in ([["--help"], 0, "--index"], [[], 2, ""]):
        monkeypatch.setattr(sys, "argv", ["looktwice", "index", command, *words])
        with pytest.raises(SystemExit) as end:
            app.main()
        told = capfd.readouterr()
        assert end.value.code == code
        assert said in told.out
        assert "Traceback" not in told.err


# --- stopping -----------------------------------------------------------------------------------


def test_the_first_ctrl_c_asks_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    control, told = Control(), []
    with index_cli.stopping(control, lambda: told.append("stopping")):
        signal.raise_signal(signal.SIGINT)
        assert control.cancelled
        assert told == ["stopping"]
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL  # a second one kills
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_run_says_how_to_go_on(
    filled: Run, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Summary(added=("a.txt",), pages=1, seconds=1.0, interrupted=True)
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
        "import sys, time; sys.path.insert(0, sys.argv[1]); import test_index as t\n"
        "class Slow(t.WordEmbedder):\n"
        "    def embed(self, texts):\n"
        "        sys.stderr.write('embedding\\n'); time.sleep(0.3)\n"
        "        return super().embed(texts)\n"
        "m = t.index_module\n"
        "m.open_text_embedder = lambda s: t.as_text_embedder(Slow())\n"
        "m.open_picture_embedder = m.open_reranker = lambda s: None\n"
        "sys.argv = ['looktwice', 'index', 'add', 'many', '--index', 'ix', '--json']\n"
        "t.app.main()"
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


# --- how it looks in a terminal -----------------------------------------------------------------


def test_words_asked_for_are_bold_and_nothing_from_outside_is_markup() -> None:
    terminal = coloured()
    passage = Passage(
        document="[red]a\x1b[31m\n2. forged.pdf",
        page=3,
        text="nothing here\nno\nthe [bold]boilers[/bold]\x1b[2J were new\nand warm\nlater",
        heading=("[link=x]top",),
        score=0.734,
        found_by=("keyword", "text"),
    )
    console.show_passages([passage], Highlighter("boiler"), terminal)
    shown = printed(terminal)
    assert "\x1b[1;33mboilers\x1b[0m" in shown
    assert "[bold]" in shown
    assert "[red]a�[31m 2. forged.pdf, page 3" in shown
    assert "(0.73, keyword + text)" in shown
    assert "\x1b[2J" not in shown
    assert "nothing here" not in shown
    assert "and warm" in shown


def test_the_bar_tells_files_pages_and_speed() -> None:
    terminal = coloured()
    with console.IngestBar(terminal) as bar:
        bar.update(Progress("[red]big.pdf", files_done=1, files=4, pages=120, seconds=10))
        bar._bar.refresh()
        bar.stopping()
        bar._bar.refresh()
    shown = printed(terminal)
    for words in ("[red]big.pdf", "1/4 files", "120 pages", "12.0 pages/s", "stopping"):
        assert words in shown


def test_the_bar_is_silent_in_a_pipe() -> None:
    pipe = Console(file=io.StringIO())
    with console.IngestBar(pipe) as bar:
        bar.update(Progress("a.pdf", files_done=1, files=4, pages=120, seconds=10))
    assert printed(pipe) == ""


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        (
            "What is the total revenue of 3M?",
            "Revenues were the total of 3M's",
            "Revenues total 3M's",
        ),
        ("10-K", "Form 10-K has 10 parts, k?", "10-K"),
        ("1,577", "It cost $1,577.0 or 1577", "1,577.0 1577"),
        ("東京", "大東京都", "東京"),
        ("is it", "It is so", "It is"),
        ("EPS", "eps and epsilon", "eps"),
        ("  ", "anything", ""),
    ],
)
def test_words_are_marked_as_they_are_found(query: str, text: str, marked: str) -> None:
    spans = Highlighter(query).spans(text)
    assert " ".join(text[start:end] for start, end in spans) == marked
