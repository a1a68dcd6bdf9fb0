"""How a result is written down: JSON lines with all of it, or CSV rows with what people read."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...errors import UsageError
from ...media.cells import as_written, plain_cell
from ...schema import Citation

if TYPE_CHECKING:
    from .results import Result

_FIRST = ("id", "status", "text", "confidence", "seconds", "error")
"""What stands first in a line, where people look."""


class ResultFormat(Protocol):
    """One way to write results."""

    @property
    def header(self) -> bytes:
        """What a file begins with."""
        ...

    @property
    def end(self) -> bytes:
        """What a record ends with; stands nowhere else in it."""
        ...

    def encode(self, result: Result) -> bytes:
        """One record with its end."""
        ...

    def decode(self, record: bytes) -> dict[str, Any]:
        """`id`, `task`, `settings` and `error` of a record; ValueError or KeyError if it is none."""
        ...

    def complete(self, tail: bytes) -> bool:
        """Whether a last record lacks nothing but its end."""
        ...


class JsonLinesFormat:
    """Everything that is known, one object a line."""

    header = b""
    end = b"\n"

    def encode(self, result: Result) -> bytes:
        values = result.model_dump(mode="json")
        line = {name: values.pop(name) for name in _FIRST} | values
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + self.end

    def decode(self, record: bytes) -> dict[str, Any]:
        values = json.loads(record)
        if not isinstance(values, dict):
            raise ValueError("not an object")
        return {name: values[name] for name in ("id", "task", "settings", "error")}

    def complete(self, tail: bytes) -> bool:
        try:
            self.decode(tail)
        except (ValueError, KeyError):
            return False
        return True


class CsvFormat:
    """What people read in a spreadsheet.

    Rows end with CR LF (RFC 4180) and nothing inside them holds a CR, so that a row cut short by a
    kill can be told from a text of several lines.
    """

    columns = (
        *_FIRST, "stop_reason", "cited", "model_calls", "prompt_tokens", "completion_tokens",
        "model", "pack", "question", "line", "task", "settings",
    )  # fmt: skip
    end = b"\r\n"

    @property
    def header(self) -> bytes:
        return self._row(self.columns)

    def encode(self, result: Result) -> bytes:
        values = result.model_dump(mode="json", include=set(self.columns))
        values |= result.usage.model_dump(include=set(self.columns) - set(values))
        values["cited"] = "; ".join(dict.fromkeys(map(_place, result.citations)))
        error = result.error
        values["error"] = "" if error is None else f"{error.kind}: {error.message}"
        return self._row([values[name] for name in self.columns])

    def decode(self, record: bytes) -> dict[str, Any]:
        rows = list(csv.reader(io.StringIO(record.decode("utf-8"), newline="")))
        if len(rows) != 1 or len(rows[0]) != len(self.columns):
            raise ValueError(f"expected one row of {len(self.columns)} cells")
        cells = [as_written(cell) for cell in rows[0]]
        values: dict[str, Any] = dict(zip(self.columns, cells, strict=True))
        kind, _, message = values["error"].partition(": ")
        error = {"kind": kind, "message": message} if kind else None
        return {**{name: values[name] for name in ("id", "task", "settings")}, "error": error}

    def complete(self, tail: bytes) -> bool:
        return False  # its last cell may be cut short, and one cannot tell

    def _row(self, cells: Any) -> bytes:
        file = io.StringIO(newline="")
        plain = [plain_cell(re.sub(r"\r\n?", "\n", str(cell))) for cell in cells]
        csv.writer(file, lineterminator="\r\n").writerow(plain)
        return file.getvalue().encode("utf-8", "replace")


def _place(citation: Citation) -> str:
    """Document and page, or the picture's name."""
    source = citation.source
    name = source.document or source.name or "picture"
    return f"{name} p. {source.page}" if source.page is not None else name


def format_of(path: Path) -> ResultFormat:
    """The format a file's name asks for.

    Raises:
        UsageError: another ending.
    """
    formats: dict[str, ResultFormat] = {".jsonl": JsonLinesFormat(), ".csv": CsvFormat()}
    found = formats.get(path.suffix.lower())
    if found is None:
        raise UsageError(f"{path}: results end in {' or '.join(formats)}")
    return found
