"""The whole index: adding, finding, changing, removing, and what a stop leaves."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.errors import BadInput, ToolError, UsageError
from looktwice.retrieval.catalog.rows import Filters
from looktwice.retrieval.ingest.progress import IngestProgress
from looktwice.retrieval.ingest.scans import ScanReader
from looktwice.retrieval.text.chunking import Chunk
from looktwice.schema import Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from . import pdf_kit
from .kit import HashedWords, open_index

TOPICS = ["rent of the flat", "repair of the boiler", "journey to Lisbon", "recipe for plum cake"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path / "home", pack="starter", offline=True)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, topic in enumerate(TOPICS):
        lines = [f"This letter is about the {topic}.", f"The amount is {1000 + number} euros."]
        (folder / f"letter_{number}.txt").write_text("\n\n".join(lines))
    return folder


def test_what_was_added_is_found_with_its_page_and_way(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([docs])
        assert sorted(summary.added) == [f"letter_{n}.txt" for n in range(4)]
        assert (summary.failed, summary.pages) == ((), 4)
    with open_index(tmp_path / "ix", settings) as index:
        first = index.search("What about the boiler repair?")[0]
        assert (first.document, first.page) == ("letter_1.txt", 1)
        assert "1001" in first.text
        assert set(first.found_by) == {"keyword", "text"}
        assert 0 < first.score <= 1
        assert len(index) == 4
        assert "4 txt" in index.describe()


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


def test_update_takes_in_what_is_new_and_lets_go_what_vanished(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        (docs / "letter_0.txt").unlink()
        (docs / "new.txt").write_text("About penguins.")
        summary = index.update()
        assert (summary.added, summary.removed) == (("new.txt",), ("letter_0.txt",))
        assert all(hit.document != "letter_0.txt" for hit in index.search("rent of the flat"))


def test_a_removed_document_is_found_by_no_route(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    Image.new("RGB", (40, 40), "red").save(docs / "red.png")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        assert index.search("boiler")[0].document == "letter_1.txt"
        red = Image.new("RGB", (20, 20), "red")
        assert index.similar_pictures(red)[0].document == "red.png"
        assert index.remove(["letter_1.txt", "red.png"]) == ["letter_1.txt", "red.png"]
        assert all(hit.document != "letter_1.txt" for hit in index.search("boiler repair 1001"))
        assert index.similar_pictures(red) == []
        assert index.verify(repair=False).ok
        with pytest.raises(BadInput, match="is not in the index"):
            index.page("letter_1.txt", 1)
        with pytest.raises(BadInput, match="letter_1"):
            index.remove(["letter_0.txt", "letter_1.txt"])
        assert len(index) == 3, "an unknown name removes nothing"
    left = b"".join(p.read_bytes() for p in (tmp_path / "ix").rglob("*") if p.is_file())
    assert b"boiler" not in left


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
    (docs / "blank.pdf").write_bytes(pdf_kit.Pdf([pdf_kit.Sheet()] * 10_000).data())
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


def test_a_scan_nobody_reads_is_kept_and_reported(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    Image.new("RGB", (60, 40), "red").save(folder / "red.png")

    def failing(image: Image.Image, picture: Picture) -> list[TextLine]:
        raise ToolError("the reader broke", "failed")

    for number, scan_reader in enumerate((None, ScanReader(read=failing))):
        with open_index(
            tmp_path / f"ix{number}", settings, write=True, scan_reader=scan_reader
        ) as index:
            summary = index.add([folder])
            assert summary.added == ("red.png",)
            ((path, reason),) = summary.failed
            assert path.endswith("red.png")
            assert reason.startswith("added without page 1 (")
            assert [f.reason for f in index.failures()] == [reason]
            assert index.page("red.png", 1).label.startswith("unreadable: ")
            red = Image.new("RGB", (20, 20), "red")
            assert index.similar_pictures(red)[0].document == "red.png"
            index.remove(["red.png"])
            assert index.failures() == []


def test_scans_are_read_side_by_side_and_stay_in_order(tmp_path: Path, settings: Settings) -> None:
    """Each page waits until another one is being read, too."""
    together = threading.Barrier(2, timeout=20)
    greys = [10, 60, 110, 160, 210, 250]
    pages = [Image.new("RGB", (60, 40), (grey, grey, grey)) for grey in greys]
    pages[0].save(tmp_path / "pages.tiff", save_all=True, append_images=pages[1:])

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        together.wait()
        grey = image.convert("L").getpixel((0, 0))
        return [TextLine(text=f"grey{grey}", score=1.0, box=picture.box(0, 0, 9, 9))]

    scan_reader = ScanReader(read=read, at_once=2)
    with open_index(tmp_path / "ix", settings, write=True, scan_reader=scan_reader) as index:
        summary = index.add([tmp_path / "pages.tiff"])
        assert (summary.failed, summary.pages) == ((), 6)
        for number, grey in enumerate(greys, 1):
            assert f"grey{grey}" in index.page("pages.tiff", number).text


def test_a_damaged_keyword_index_is_made_again(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
    with closing(sqlite3.connect(tmp_path / "ix" / "catalog.db")) as c, c:
        c.execute("DELETE FROM words_data WHERE id > 10")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        checked = index.verify()
        assert (checked.repaired, checked.ok, checked.missing) == (True, True, 0)
        assert not index.verify().repaired
        assert "keyword" in index.search("boiler")[0].found_by


def test_a_picture_finds_pictures(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for colour in ("red", "green", "blue"):
        Image.new("RGB", (60, 40), colour).save(folder / f"{colour}.png")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([folder])
        hits = index.search(picture=Image.new("RGB", (10, 10), (0, 0, 250)))
        assert hits[0].document == "blue.png"
        assert hits[0].found_by == ("picture",)
        image, scale = index.view("blue.png", 1)
        assert (image.size, scale) == ((60, 40), 1)


def test_a_short_page_is_given_whole_so_that_no_part_of_it_hides_another(
    tmp_path: Path, settings: Settings
) -> None:
    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        return [TextLine(text="The total is 33.64", score=1.0, box=picture.box(1, 1, 30, 9))]

    scan_reader = ScanReader(read=read, objects=lambda image, picture: "2 cups")
    Image.new("RGB", (60, 40), "white").save(tmp_path / "receipt.png")
    with open_index(tmp_path / "ix", settings, write=True, scan_reader=scan_reader) as index:
        index.add([tmp_path / "receipt.png"])
        hits = index.search("two cups")
        assert len(hits) == 1
        assert "cups" in hits[0].text
        assert "33.64" in hits[0].text
        assert len(hits[0].boxes) == 1


def test_filters_keep_others_out(tmp_path: Path, docs: Path, settings: Settings) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        with pytest.raises(BadInput, match="nobody"):
            index.search("letter", filters=Filters(documents=("nobody.txt",)))
        only = Filters(documents=("letter_0.txt",))
        assert {h.document for h in index.search("letter", filters=only)} == {"letter_0.txt"}
        assert index.search("letter", filters=Filters(types=("pdf",))) == []


def test_one_writer_is_named_and_readers_go_on(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True, purpose="the first one") as writer:
        writer.add([docs])
        with pytest.raises(UsageError, match="the first one"):
            open_index(tmp_path / "ix", settings, write=True)
        with open_index(tmp_path / "ix", settings) as reader:
            assert reader.search("boiler")[0].document == "letter_1.txt"
            (docs / "late.txt").write_text("A word about flamingos.")
            writer.add([docs])
            assert reader.search("flamingos")[0].document == "late.txt"
            with pytest.raises(UsageError, match="reading only"):
                reader.add([docs])


def test_other_embedders_are_refused_with_the_command_and_rebuild_takes_them(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    class Other(HashedWords):
        name = "another one"

    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
    with pytest.raises(UsageError, match="index rebuild"):
        open_index(tmp_path / "ix", settings, text=Other())
    with open_index(tmp_path / "ix", settings, write=True, text=Other(), rebuild=True) as index:
        assert index.rebuild() == 4
    with open_index(tmp_path / "ix", settings, text=Other()) as index:
        assert index.search("boiler")[0].document == "letter_1.txt"
        assert index.verify(repair=False).ok


def test_rebuilding_an_index_of_an_older_form_cuts_its_passages_again(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    """The old form: one passage a page, of its first letters only."""
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        expected = [(h.document, h.page, h.text) for h in index.search("boiler repair 1001")]
        for document in index.documents():
            page = index.page(document.name, 1)
            index._catalog.rechunk(document.id, [(page, [Chunk(0, 5)])], "")
        index._catalog.set_meta("form", "1")
    with pytest.raises(UsageError, match="index rebuild"):
        open_index(tmp_path / "ix", settings)
    with open_index(tmp_path / "ix", settings, write=True, rebuild=True) as index:
        assert [p.text for p in index._catalog.passages(index._catalog.all_passage_ids())] == [
            "This "
        ] * 4
        (docs / "letter_1.txt").unlink()  # its pages are in the catalog
        assert index.rebuild() == 4
        again = index._catalog.passages(index._catalog.all_passage_ids())
        assert all(p.text.startswith("This letter") for p in again)
    with open_index(tmp_path / "ix", settings) as index:
        found = [(h.document, h.page, h.text) for h in index.search("boiler repair 1001")]
        assert found == expected
        assert index.verify(repair=False).ok


def test_verify_finds_and_mends_lost_and_foreign_vectors(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        vectors = index._vectors.live()
        lost = next(vectors.ids("passages"))
        vectors.delete("passages", [lost])
        vectors.add("passages", [9999], HashedWords().embed(["foreign"]), [77])
        found = index.verify(repair=False)
        assert (found.missing, found.extra, found.ok) == (1, 1, False)
        assert index.verify().repaired
        assert index.verify(repair=False).ok


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


def test_an_index_that_is_not_there_is_told(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError):
        open_index(tmp_path / "none", settings)
    assert not (tmp_path / "none").exists()


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
