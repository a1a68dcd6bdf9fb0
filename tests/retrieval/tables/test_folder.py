"""The folder of tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.errors import BadInput, UsageError
from looktwice.retrieval.tables.folder import FORMATS, TableFolder, formats_of
from looktwice.schema import Cell, Table

TABLE = Table(cells=(Cell(text="a", row=0, column=0), Cell(text="b", row=0, column=1)))


def entries(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "tables.jsonl").read_text("utf-8").splitlines()]


def test_each_table_gets_its_files(tmp_path: Path) -> None:
    with TableFolder(tmp_path / "out") as folder:
        assert folder.add(Path("a/report.pdf"), [TABLE, TABLE]) == 2
        assert folder.add(Path("b/report.pdf"), [TABLE]) == 1
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {
        "report-1.csv",
        "report-2.html",
        "report.xlsx",
        "report_2-1.json",
        "report_2.xlsx",
    }
    told = entries(tmp_path / "out")
    assert [one["file"] for one in told] == ["a/report.pdf", "a/report.pdf", "b/report.pdf"]
    for one in told:
        assert all((tmp_path / "out" / str(name)).is_file() for name in one["files"])  # type: ignore[attr-defined]


def test_what_came_before_a_failure_stays(tmp_path: Path) -> None:
    def tables() -> Iterator[Table]:
        yield TABLE
        raise BadInput("report.pdf", "is cut off")

    with TableFolder(tmp_path, ("csv", "xlsx")) as folder:
        with pytest.raises(BadInput):
            folder.add(Path("report.pdf"), tables())
        folder.add(Path("other.pdf"), [])
    assert len(entries(tmp_path)) == 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "report-1.csv",
        "report.xlsx",
        "tables.jsonl",
    }


def test_formats_as_people_write_them(tmp_path: Path) -> None:
    assert formats_of(" CSV, json") == ("csv", "json")
    assert formats_of(",".join(FORMATS)) == FORMATS
    for wrong in ("pdf", "csv,doc", ""):
        with pytest.raises(UsageError, match="--format"):
            formats_of(wrong)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        TableFolder(tmp_path / "file")
