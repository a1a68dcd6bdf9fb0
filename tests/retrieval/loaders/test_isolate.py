"""isolate: the same pages as without it; whatever a document does costs only that document."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.control import Control
from looktwice.errors import BadInput, Cancelled, DeadlinePassed
from looktwice.retrieval.loaders.base import Attachment, Scan
from looktwice.retrieval.loaders.isolate import IsolatedReader
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.protocol import page_of, receive, send_page
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.settings import DocumentLimits

from .. import pdf_kit

LIMITS = DocumentLimits()
MANY = ["words " * 60] * 100
"""Pages that do not fit into the pipe all at once, so that the child is still at them."""
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


@pytest.fixture(scope="module")
def shared() -> Iterator[IsolatedReader]:
    """One loader for all tests that leave its child alive: starting one takes most of a second."""
    with IsolatedReader(LIMITS) as loader:
        yield loader


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to(name: str, *texts: str, **document: Any) -> Path:
        sheets = [
            pdf_kit.Sheet(pdf_kit.text(72, 400, text), picture=not text and name == "scan.pdf")
            for text in texts
        ]
        (tmp_path / name).write_bytes(pdf_kit.Pdf(sheets, **document).data())
        return tmp_path / name

    return to


def child_of(loader: IsolatedReader) -> int:
    assert loader._child is not None
    return loader._child.pid


def same(one: object, other: object) -> bool:
    if isinstance(one, Scan) or isinstance(other, Scan):
        return all(getattr(one, name) == getattr(other, name) for name in Scan.__slots__)
    assert isinstance(one, Page)
    assert isinstance(other, Page)
    arrays = np.array_equal(one.spans, other.spans) and np.array_equal(one.boxes, other.boxes)
    rest = set(Page.__slots__) - {"spans", "boxes"}
    return arrays and all(getattr(one, name) == getattr(other, name) for name in rest)


def test_pages_are_the_same_as_without_a_child(shared: IsolatedReader, write: Any) -> None:
    for path in (
        write("a.pdf", "Café (one)", "", "three", info={"Title": "A long title"}),
        write("scan.pdf", "", "two words"),
    ):
        reading = shared.read(path)
        with open_document(path, LIMITS) as opened:
            assert reading.about == opened.about
            pairs = list(zip(reading, opened.pages(), strict=True))
        assert all(same(*pair) for pair in pairs)
        assert reading.finished
    assert isinstance(pairs[0][0], Scan)


@given(
    words=st.lists(st.text(min_size=1).filter(str.strip), max_size=8),
    boxed=st.booleans(),
    number=st.integers(1, 9999),
)
def test_pages_survive_the_wire(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], boxed: bool, number: int
) -> None:
    box = (1.5, 2.25, 3.0, 4.0) if boxed else None
    lines = [RawLine(tuple(Word(word, box) for word in words), "row", 2, True)]
    pages: list[Page | Scan] = [
        build_page(number, lines, width=3.5, height=9, label="ä", section=("a", "b"), scanned=True),
        Page(number, "lone \ud83d surrogate"),
        Scan(number, (2, 1), b"abcdef", 0.5, 1, 2, "picture", ("s",), ("n",)),
    ]
    path = tmp_path_factory.getbasetemp() / "wire"
    with path.open("wb") as out:
        for page in pages:
            send_page(out, page)
    with path.open("rb") as back:
        for page in pages:
            frame = receive(back)
            assert frame is not None
            assert same(page, page_of(*frame))
        assert receive(back) is None


@given(noise=st.binary(max_size=40))
def test_noise_on_the_wire_is_its_end(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(noise)
    with path.open("rb") as back:
        while (frame := receive(back)) is not None:
            assert isinstance(frame[0], dict)


def test_one_child_reads_many_documents(shared: IsolatedReader, write: Any) -> None:
    one = [page.text for page in shared.read(write("a.pdf", "one")) if isinstance(page, Page)]
    child = child_of(shared)
    bad = write("b.pdf", "secret", user="guess")
    with pytest.raises(BadInput, match="encrypted with a password") as caught:
        shared.read(bad)
    assert caught.value.source == str(bad)
    two = [page.text for page in shared.read(write("c.pdf", "two")) if isinstance(page, Page)]
    assert (one, two, child_of(shared)) == (["one"], ["two"], child)


def test_reading_goes_on_at_a_page(shared: IsolatedReader, write: Any) -> None:
    path = write("a.pdf", *(f"text {at}" for at in range(1, 13)))
    pages = list(shared.read(path, first=9))
    assert [page.number for page in pages if not isinstance(page, Attachment)] == [9, 10, 11, 12]


def test_a_reading_left_in_the_middle_does_not_disturb_the_next(
    shared: IsolatedReader, write: Any
) -> None:
    with IsolatedReader(LIMITS) as loader:
        first = loader.read(write("a.pdf", *["left"] * 400))
        assert getattr(next(iter(first)), "number", 0) == 1
        texts = [
            page.text for page in loader.read(write("b.pdf", "next")) if isinstance(page, Page)
        ]
    assert texts == ["next"]


@pytest.mark.parametrize(
    ("change", "words"),
    [("truncate", "cut off"), ("vanish", "no such file"), ("empty", "empty"), ("folder", "folder")],
)
def test_faults_of_files_come_through_by_name(
    shared: IsolatedReader, write: Any, change: str, words: str
) -> None:
    path = write("a.pdf", *["words"] * 30)
    if change == "truncate":
        path.write_bytes(path.read_bytes()[:3000])
    elif change == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    if change == "folder":
        path.mkdir()
    with pytest.raises(BadInput, match=words) as caught:
        shared.read(path)
    assert caught.value.source == str(path)


def test_a_relative_name_is_found_and_kept(
    shared: IsolatedReader, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("a.pdf", "here")
    monkeypatch.chdir(path.parent)
    assert len(list(shared.read(Path("a.pdf")))) == 1
    with pytest.raises(BadInput, match=r"^gone\.pdf: "):
        shared.read(Path("gone.pdf"))


@posix
def test_a_crash_costs_one_document(shared: IsolatedReader, write: Any) -> None:
    reading = shared.read(write("a.pdf", *MANY))
    pages = iter(reading)
    assert getattr(next(pages), "number", 0) == 1
    child = child_of(shared)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(BadInput, match=r"crashed on page \d+"):
        list(pages)
    assert reading.finished
    assert len(list(shared.read(write("b.pdf", "fine")))) == 1
    assert child_of(shared) != child


@posix
def test_a_child_that_died_idle_costs_nothing(shared: IsolatedReader, write: Any) -> None:
    path = write("a.pdf", "words")
    list(shared.read(path))
    os.kill(child_of(shared), signal.SIGKILL)
    assert len(list(shared.read(path))) == 1


@posix
def test_a_page_that_takes_too_long_ends_the_document(write: Any) -> None:
    with IsolatedReader(DocumentLimits(page_seconds=0.5)) as loader:
        pages = iter(loader.read(write("a.pdf", *MANY)))
        next(pages)
        child = child_of(loader)
        os.kill(child, signal.SIGSTOP)  # as a parser does that never comes back
        with pytest.raises(BadInput, match=r"more than 0.5 seconds on page \d+.*PAGE_SECONDS"):
            list(pages)
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_a_child_that_does_not_start_in_time_is_told_with_the_reason(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("looktwice.retrieval.loaders.isolate._START_SECONDS", 0)
    with IsolatedReader(LIMITS) as loader, pytest.raises(BadInput, match="machine is busy"):
        loader.read(write("slow.pdf", "words"))


def test_memory_is_bounded(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**27))
    with IsolatedReader(DocumentLimits(memory=100 * 2**20)) as loader:
        with pytest.raises(BadInput, match="GiB of memory"):
            list(loader.read(path))
        assert len(list(loader.read(write("b.pdf", "fine")))) == 1


def test_ten_thousand_empty_pages_need_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(pdf_kit.Pdf([pdf_kit.Sheet()] * 10_000).data())
    with IsolatedReader(DocumentLimits(memory=64 * 2**20)) as loader:
        assert sum(1 for _ in loader.read(path)) == 10_000


def test_stopping(shared: IsolatedReader, write: Any) -> None:
    path = write("a.pdf", *MANY)
    control = Control()
    pages = iter(shared.read(path, control=control))
    next(pages)
    control.cancel()
    with pytest.raises(Cancelled):
        list(pages)
    with pytest.raises(DeadlinePassed):
        shared.read(path, control=Control(seconds=0))
    assert len(list(shared.read(path))) == len(MANY)


@posix
def test_closing_from_another_thread_frees_the_reader(shared: IsolatedReader, write: Any) -> None:
    pages = iter(shared.read(write("a.pdf", *MANY)))
    next(pages)
    os.kill(child_of(shared), signal.SIGSTOP)
    closer = threading.Thread(target=shared.close)
    closer.start()
    with pytest.raises(BadInput, match="crashed"):
        list(pages)
    closer.join()


@posix
def test_the_child_hears_no_interrupt_and_holds_none_of_our_files(
    shared: IsolatedReader, write: Any, tmp_path: Path
) -> None:
    with (tmp_path / "lock").open("w"):
        reading = shared.read(write("a.pdf", *MANY))
        child = child_of(shared)
        os.kill(child, signal.SIGINT)
        assert os.getsid(child) != os.getsid(0)
        if Path("/proc/self/fd").is_dir():
            held = []
            for file in Path(f"/proc/{child}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):  # the child closed it meanwhile
                    held.append(os.readlink(file))
            assert held
            assert str(tmp_path / "lock") not in held
        assert len(list(reading)) == len(MANY)


_OWNER = """
import sys
from pathlib import Path
from looktwice.retrieval.loaders.isolate import IsolatedReader
from looktwice.settings import DocumentLimits
loader = IsolatedReader(DocumentLimits())
pages = iter(loader.read(Path(sys.argv[1])))
next(pages)
if sys.argv[2] == "idle":
    list(pages)
print(loader._child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open")
@pytest.mark.parametrize("state", ["busy", "idle"])
def test_the_child_ends_with_its_owner(write: Any, state: str) -> None:
    """Also when the owner is killed, and also in the middle of a document."""
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(write("a.pdf", *MANY)), state],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
    )
    assert owner.stdout is not None
    assert owner.stdin is not None
    with owner.stdout, owner.stdin:
        child = os.pidfd_open(int(owner.stdout.readline()))
        try:
            assert select.select([child], [], [], 0)[0] == []
            owner.kill()
            owner.wait()
            assert select.select([child], [], [], 60)[0] == [child]
        finally:
            os.close(child)
