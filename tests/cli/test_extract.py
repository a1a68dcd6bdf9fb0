"""`looktwice extract`: what comes out, and what is said of a call that is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ..agent.backends.fake_server import FakeServer, Turn
from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere", "no_weights")


@pytest.fixture
def reading(server: FakeServer) -> FakeServer:
    """A server that finds a number and a total in every document."""

    def turn(body: dict[str, Any]) -> Turn:
        return Turn(json.dumps({"number": "A-7", "total": 8.2}))

    server.always = turn
    return server


def bill(name: str = "bill.txt") -> Path:
    path = Path(name)
    path.write_text("number: A-7\nTotal 8.20\n", "utf-8")
    return path


def test_documents_become_records(run: Run, reading: FakeServer) -> None:
    words = ("extract", "--fields", "number, total: money", bill(), "--model", reading.address)
    done = run(*words, "-o", "out.jsonl")
    assert done.code == 0, done.err
    (line,) = map(json.loads, Path("out.jsonl").read_text("utf-8").splitlines())
    assert line["record"] == {"number": "A-7", "total": 8.2}
    assert line["fields"][1]["quote"] == "8.20"
    done = run(*words, "-o", "out.csv")
    assert done.code == 0, done.err
    (row,) = csv.DictReader(Path("out.csv").read_text("utf-8-sig").splitlines())
    assert (row["number"], row["total"], row["unsure"]) == ("A-7", "8.2", "")
    assert Path("out.csv.jsonl").exists()


def test_a_document_that_fails_is_named_and_the_others_done(run: Run, reading: FakeServer) -> None:
    Path("broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    done = run(
        "extract", "--fields", "number", "broken.pdf", bill(), "-o", "out.jsonl",
        "--model", reading.address,
    )  # fmt: skip
    assert done.code == 1
    assert "broken.pdf" in done.err
    lines = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    assert {line["file"].rsplit("/")[-1]: line["status"] for line in lines} == {
        "broken.pdf": "failed",
        "bill.txt": "answered",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["invoice", "-o", "out.jsonl"], "which documents"),
        (["invoice", "gone.pdf", "-o", "out.jsonl"], "gone.pdf"),
        (["invoise", "bill.txt", "-o", "out.jsonl"], "there is no such schema"),
        (["invoice", "bill.txt", "-o", "out.doc"], "records end in"),
        (["--fields", "a: gold", "bill.txt", "-o", "out.jsonl"], "gold"),
        (["bad.json", "bill.txt", "-o", "out.jsonl"], "not JSON"),
        (["invoice", "bill.txt", "-o", "out.jsonl", "--address", "a:1"], "--engine ray"),
    ],
)
def test_a_wrong_call_is_told(run: Run, words: list[str], said: str) -> None:
    bill()
    Path("bad.json").write_text("{")
    done = run("extract", *words)
    assert done.code == 2
    assert said in done.err
    assert not Path("out.jsonl").exists()
