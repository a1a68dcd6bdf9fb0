"""Commands that look into an index: list, show, search, stats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looktwice.cli.index.look import kinds
from looktwice.schema import Passage
from PIL import Image

from ..cli_kit import Run
from .index_cli_kit import BOILER


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


def test_show_an_outline(filled: Run) -> None:
    done = filled("show", "boiler.md", "--outline")
    assert done.out.splitlines()[0] == "boiler.md, 1 page"
    told = json.loads(filled("show", "lease.pdf", "--outline", "--json").out)
    assert set(told) == {"document", "pages", "sections", "captions", "labels"}
    assert filled("show", "lease.pdf", "--outline", "--page", 1).code == 2


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
    assert "words" in head
    assert "The boiler was serviced in [red]May[/red]." in "\n".join(rest)
    assert "\x1b" not in done.out


def test_search_as_json(filled: Run) -> None:
    done = filled("search", "when does the lease end?", "--json")
    assert done.err == ""
    found = [Passage.model_validate(p) for p in json.loads(done.out)]
    assert (found[0].document, found[0].page) == ("lease.pdf", 1)
    assert found[0].boxes
    assert "words" in found[0].found_by
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


def test_kinds_say_what_is_read_and_with_which_extra(capsys: pytest.CaptureFixture[str]) -> None:
    kinds(as_json=True)
    listed = {one["kind"]: one for one in json.loads(capsys.readouterr().out)}
    assert {"pdf", "docx", "rtf", "odt", "eml", "msg", "epub", "json", "ipynb", "xml"} <= set(
        listed
    )
    assert listed["msg"] == {
        "kind": "msg",
        "endings": [".msg"],
        "called": "a mail of Outlook (msg)",
        "extra": "documents",
        "installed": True,
    }
    kinds()
    shown = capsys.readouterr().out
    assert ".ods" in shown
    assert "LOOKTWICE_DOCUMENTS__ARCHIVES=1" in shown
