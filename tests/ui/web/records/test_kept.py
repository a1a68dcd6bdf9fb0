"""Tables that are kept, and the runs that fill them, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice import RecordFile
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import BadInput
from looktwice.ui.web.records import library as library_module
from looktwice.ui.web.records.library import KeptExtraction, RecordLibrary, SourceFile
from looktwice.ui.web.records.runs import ExtractionRuns

from ....agent.batch import batch_kit as bk
from ....agent.batch.test_record_file import write_lines
from ....agent.extraction.records.record_kit import invoice_pdf, reader

ROWS = [("* Hook", "12", "14.40"), ("total:", "14.40")]


@pytest.fixture
def library(tmp_path: Path) -> RecordLibrary:
    return RecordLibrary(tmp_path / "kept")


def begun(library: RecordLibrary, path: Path) -> KeptExtraction:
    schema = schema_of_words("number, total: money")
    return library.begin("ann", "bills", schema, [SourceFile(path=str(path), name=path.name)])


def test_a_run_that_ended_is_let_go_and_an_error_stays_until_its_table_goes(
    library: RecordLibrary, tmp_path: Path
) -> None:
    settings = bk.settings_in(tmp_path / "home")
    with bk.assistant_on(settings, reader()) as assistant:
        runs = ExtractionRuns(assistant, 2)
        kept = begun(library, invoice_pdf(tmp_path / "a.pdf", "B-1", ROWS))
        runs.start("ann", kept)
        run = runs.of(kept)
        assert run is not None
        assert run.done.wait(60)
        assert [line.record is not None for line in kept.file.lines] == [True]
        broken = begun(library, tmp_path / "a.pdf")
        broken.file.path.write_text("{}\n" * 2)  # of other tasks
        runs.start("ann", broken)
        failed = runs.of(broken)
        assert failed is not None
        assert failed.done.wait(60)
        runs.stop_all()
        assert failed.error
        assert [runs.of(kept), runs.of(broken)] == [None, failed]
        library.remove("ann", broken.id)
        runs.forget(broken)
        assert runs.of(broken) is None


def test_of_many_tables_only_those_looked_at_last_stay_in_memory(
    library: RecordLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, read = write_lines(tmp_path / "bills.jsonl"), []
    opened = RecordFile

    def noted(path: Path, schema: object = None) -> RecordFile:
        read.append(path.parent.name)
        return opened(path)

    kept = [library.keep("ann", lines, f"{n}.jsonl") for n in range(library_module._MOST_OPEN + 1)]
    monkeypatch.setattr(library_module, "RecordFile", noted)
    for one in (*kept, kept[-1], kept[0]):
        assert len(library.get("ann", one.id).file) == 2
    assert read == [*(one.id for one in kept), kept[0].id]


def test_a_file_that_the_page_was_started_with_is_everybodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = RecordFile(write_lines(tmp_path / "bills.jsonl"))
    library = RecordLibrary(tmp_path / "kept", [given])
    (kept,) = library.every("ann")
    assert kept.file is given
    assert library.get("bob", kept.id).about.documents == 2
    with pytest.raises(BadInput, match="belongs to whoever started the page"):
        library.remove("ann", kept.id)
