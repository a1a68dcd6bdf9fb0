"""Records as a table: rows are documents, columns are fields, lists fold out below their row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....agent.batch.record_file import RecordLine
from ....agent.extraction.records.schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from ....agent.extraction.records.schemas.paths import ListPath, row_count
from ....schema import ExtractedField
from ..html.escaping import plain
from ..text import shorten
from .fields import named, state_of, value_text, when
from .library import KeptExtraction

_LONGEST_CELL = 90
_OPEN_FAILURES = 3
"""So many reasons are shown at once; more are folded."""
ROWS = 200
"""Documents that are shown at once."""


def ordered(lines: Sequence[RecordLine]) -> list[RecordLine]:
    """What somebody should look at first: most unsure values, then doubts, then the rest as they came."""
    read = [line for line in lines if line.record is not None]
    return sorted(read, key=lambda line: (not line.unsure, not _doubts(line)))


def _doubts(line: RecordLine) -> tuple[str, ...]:
    return line.record.doubts if line.record is not None else ()


def record_table(kept: KeptExtraction, shown: int = ROWS) -> str:
    """Rows are documents, columns are fields; documents that failed stand above it with the reason."""
    spec, lines = kept.file.spec, kept.file.lines
    rows = ordered(lines)
    if not rows:
        return failures(kept)
    heads = "".join(f'<th scope="col">{named(name)}</th>' for name in _columns(spec))
    body = "".join(record_row(kept, line) for line in rows[:shown])
    more = (
        f'<p><button type="button" class="lt-do lt-more-rows" data-shown="{shown + ROWS}">'
        f"Show more: {len(rows) - shown:,}</button></p>"
        if len(rows) > shown
        else ""
    )
    return (
        f'{failures(kept)}<div class="lt-sheet"><table role="grid" class="lt-grid" '
        f'aria-label="Records"><thead><tr><th scope="col">Document</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}{_KEYS}"
    )


_KEYS = (
    '<p class="lt-hint lt-keys"><span>Keys:</span> <span>arrows move</span>, '
    "<span>Enter opens a value</span>, <span>C says that it is right</span>, "
    "<span>N and P go to the next and the previous unsure one</span></p>"
)


def failures(kept: KeptExtraction) -> str:
    """The documents that could not be read, each with its reason."""
    failed = [line for line in kept.file.lines if line.record is None]
    if not failed:
        return ""
    rows = "".join(
        f"<li><p><b>{plain(kept.name_of(line.file))}</b> {plain(_reason(line))}</p></li>"
        for line in failed
    )
    count = f"{len(failed):,} document{'' if len(failed) == 1 else 's'} could not be read"
    return (
        f'<details class="lt-not-read"{" open" if len(failed) <= _OPEN_FAILURES else ""}>'
        f"<summary>{count}</summary>"
        f'<ul class="lt-list lt-failures" aria-label="Not read">{rows}</ul></details>'
    )


def _reason(line: RecordLine) -> str:
    """Why a document failed, without its path, which stands before it."""
    return shorten(line.error.removeprefix(f"{line.file}: "), 300)


def record_row(kept: KeptExtraction, line: RecordLine) -> str:
    """The row of a document, and below it the rows of its lists, folded."""
    spec, fields = kept.file.spec, {field.path: field for field in line.fields}
    cells = "".join(
        _cell(line, one, fields.get(one.path) or ExtractedField(path=one.path))
        for one in spec.fields
    )
    lists = [(many, row_count(many.path, fields)) for many in spec.lists]
    cells += "".join(_list_cell(line, many, count, fields.values()) for many, count in lists)
    name = plain(kept.name_of(line.file))
    page = line.record.page if line.record is not None else None
    of_page = f" <small>page {page}</small>" if page else ""
    unsure = (
        f'<small class="lt-some-unsure">{len(line.unsure)} unsure</small>' if line.unsure else ""
    )
    doubts = "; ".join(_doubts(line))
    note = (
        f'<small class="lt-doubts" title="{plain(doubts)}">{plain(shorten(doubts, 60))}</small>'
        if doubts
        else ""
    )
    inner = "".join(
        _inner(line, many, count, fields, 1 + len(spec.fields) + len(spec.lists))
        for many, count in lists
        if count
    )
    return (
        f'<tr class="lt-row" data-row="{line.key}"><th scope="row"'
        f' title="{name}"><span class="lt-own">{name}</span>{of_page}{unsure}{note}</th>{cells}</tr>{inner}'
    )


def _cell(line: RecordLine, spec: FieldSpec, field: ExtractedField) -> str:
    state, words = state_of(field)
    text = value_text(spec, field.value)
    number = " lt-number" if spec.kind in NUMERIC else ""
    hidden = f'<span class="sr-only">{words}</span>' if words else ""
    return (
        f'<td class="lt-cell lt-own lt-is-{state}{number}" tabindex="-1" data-row="{line.key}" '
        f'data-path="{plain(field.path)}" title="{plain(_title(field))}">'
        f"{plain(shorten(text, _LONGEST_CELL)) or '&ndash;'}{hidden}</td>"
    )


def _title(field: ExtractedField) -> str:
    if field.review is not None:
        return f"{field.review.by}, {when(field)}"
    return field.reason


def _list_cell(
    line: RecordLine, many: ListSpec, count: int, fields: Iterable[ExtractedField]
) -> str:
    unsure = sum(f.status == "unsure" and f.path.startswith(f"{many.path}[") for f in fields)
    rows = f"{count} row{'' if count == 1 else 's'}"
    state = "unsure" if unsure else "found" if count else "missing"
    folds = f' aria-expanded="false" data-many="{plain(many.path)}"' if count else ""
    more = f", {unsure} unsure" if unsure else ""
    return (
        f'<td class="lt-cell lt-rows lt-is-{state}" tabindex="-1" data-row="{line.key}"{folds}>'
        f"{rows + more if count else '&ndash;'}</td>"
    )


def _inner(
    line: RecordLine, many: ListSpec, count: int, fields: dict[str, ExtractedField], width: int
) -> str:
    """The rows of a list, as a table of their own."""
    heads = "".join(f'<th scope="col">{named(c.path)}</th>' for c in many.columns)
    body = ""
    for row in range(count):
        paths = [str(ListPath(many.path, row, "" if many.plain else c.path)) for c in many.columns]
        body += f'<tr><th scope="row">{row + 1}</th>' + "".join(
            _cell(line, column, fields.get(path) or ExtractedField(path=path))
            for column, path in zip(many.columns, paths, strict=True)
        )
        body += "</tr>"
    return (
        f'<tr class="lt-inner" data-of="{line.key}" data-many="{plain(many.path)}" hidden>'
        f'<td colspan="{width}"><table role="grid" aria-label="Rows"><thead><tr>'
        f'<th scope="col"><span class="sr-only">Row</span></th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></td></tr>"
    )


def _columns(spec: RecordSpec) -> list[str]:
    return [one.path for one in spec.fields] + [many.path for many in spec.lists]
