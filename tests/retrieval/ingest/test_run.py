"""What is new is added, the rest costs nothing; bad files and kills cost only themselves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.errors import BadInput
from looktwice.retrieval.ingest.progress import IngestProgress
from looktwice.retrieval.ingest.run import _hash
from looktwice.settings import Settings

from .. import pdf_kit
from ..kit import open_index


def test_adding_again_costs_nothing_and_a_changed_file_takes_its_own_place(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        again = index.add([docs])
        assert (again.unchanged, again.added, again.pages) == (4, (), 0)
        (docs / "letter_2.txt").write_text("Now it speaks of zebras only.")
        changed = index.add([docs])
        assert (changed.changed, changed.unchanged) == (("letter_2.txt",), 3)
        assert index.search("zebras")[0].document == "letter_2.txt"
        assert all("Lisbon" not in hit.text for hit in index.search("journey to Lisbon"))
        assert index.verify(repair=False).ok


def test_a_renamed_file_only_changes_its_name(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        (docs / "letter_3.txt").rename(docs / "cake.txt")
        summary = index.add([docs])
        assert summary.renamed == (("letter_3.txt", "cake.txt"),)
        assert summary.pages == 0
        assert index.search("plum cake")[0].document == "cake.txt"
        assert len(index) == 4


def test_bad_files_are_named_and_cost_only_themselves(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    bad = {
        "bomb.pdf": pdf_kit.bomb(2**30, twice=True),
        "cut.pdf": b"%PDF-1.7\n1 0 obj\n<<",
        "empty.pdf": b"",
        "locked.pdf": pdf_kit.Pdf([pdf_kit.Sheet()], user="guess").data(),
        "mislabelled.pdf": b"<html><body>Log in</body></html>",
    }
    for name, data in bad.items():
        (docs / name).write_bytes(data)
    words = pdf_kit.Sheet(pdf_kit.text(72, 700, "The last page has words."))
    (docs / "blank.pdf").write_bytes(pdf_kit.Pdf([*[pdf_kit.Sheet()] * 9_999, words]).data())
    (docs / "loop").symlink_to(docs, target_is_directory=True)
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([docs, docs / "gone.pdf"])
        failed = {Path(path).name for path, _ in summary.failed}
        assert failed == {*bad, "gone.pdf", "loop"}
        assert all(reason for _, reason in summary.failed)
        assert len(summary.added) == 5
        assert index.document("blank.pdf").pages == 10_000
        assert {Path(f.path).name for f in index.failures()} == {*bad}
        assert index.search("boiler")[0].document == "letter_1.txt"


def test_a_file_that_vanishes_between_being_seen_and_being_read_is_named(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:

        def vanish(progress: IngestProgress) -> None:
            (docs / "letter_3.txt").unlink(missing_ok=True)

        summary = index.add([docs], on_progress=vanish)
        assert [(Path(path).name, reason) for path, reason in summary.failed] == [
            ("letter_3.txt", "No such file or directory")
        ]
        assert len(summary.added) == 3


def test_a_stop_keeps_what_is_finished_and_the_next_call_goes_on(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    control = Control()
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([docs], control=control, on_progress=lambda progress: control.cancel())
        assert summary.interrupted
        assert len(index) < 4
        assert not index.add([docs]).interrupted
        assert len(index) == 4


ADDING = """
import sys
from pathlib import Path
from looktwice.settings import Settings
from looktwice.tests.retrieval.kit import open_index
settings = Settings.load(home=Path(sys.argv[1]) / "home", pack="starter", offline=True)
with open_index(Path(sys.argv[1]) / "ix", settings, write=True, wait=20) as index:
    print("open", flush=True)
    tell = lambda progress: progress.pages and print(progress.pages, flush=True)
    print(index.add([Path(sys.argv[2])], on_progress=tell).failed, flush=True)
"""


@pytest.mark.slow
def test_killed_at_random_moments_nothing_half_is_seen_and_the_end_is_the_same(
    tmp_path: Path, settings: Settings
) -> None:
    docs = tmp_path / "many"
    docs.mkdir()
    chance, count = random.Random(4), 40
    for number in range(count):
        words = " ".join(
            chance.choices("alpha beta gamma delta rent boiler lisbon cake".split(), k=900)
        )
        (docs / f"d{number:02}.txt").write_text(f"Document number{number}.\n\n{words}")
    script = tmp_path / "adding.py"
    script.write_text(ADDING)
    command = [sys.executable, str(script), str(tmp_path), str(docs)]
    complete, ends = {f"d{n:02}.txt" for n in range(count)}, []
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        for _ in range(chance.randrange(8)):
            process.stdout.readline()
        until = time.monotonic() + chance.uniform(0.0, 0.02)  # somewhere between two documents
        while time.monotonic() < until:
            process.poll()
        process.kill()
        ends.append(process.wait())
        process.stdout.close()
        with open_index(tmp_path / "ix", settings) as index:
            whole = {d.name: d.pages for d in index.documents()}
            for hit in index.search("boiler rent", limit=50):
                assert hit.page <= whole[hit.document]
    assert -signal.SIGKILL in ends
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    with open_index(tmp_path / "fresh", settings, write=True) as fresh:
        fresh.add([docs])
        expected = [(h.document, h.page, h.text) for h in fresh.search("number7 boiler")]
    with open_index(tmp_path / "ix", settings) as index:
        assert {d.name for d in index.documents()} == complete
        assert index.verify(repair=False).ok
        found = [(h.document, h.page, h.text) for h in index.search("number7 boiler")]
        assert found == expected


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and devices")
def test_pipes_and_devices_are_refused_at_once(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    pipe, device = tmp_path / "pipe.txt", tmp_path / "zero.txt"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([pipe, device, docs])
    assert len(summary.added) == 4
    assert {Path(path).name for path, _ in summary.failed} == {"pipe.txt", "zero.txt"}
    assert all("not a regular file" in reason for _, reason in summary.failed)


def test_a_file_that_grows_while_it_is_looked_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 3_000_000)
    with pytest.raises(BadInput, match="more than 2,000,000 bytes"):
        _hash(path, 2_000_000, Control())
