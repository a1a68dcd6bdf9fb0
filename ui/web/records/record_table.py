"""Records as a table: rows are documents, columns are fields, lists fold out below their row."""

from __future__ import annotations

from collections.abc import Sequence

from ....agent.batch.record_file import RecordLine
from ....agent.extraction.records.reviewing.lines import columns_of
from ....agent.extraction.records.schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from ....agent.extraction.records.schemas.paths import ListPath, list_path, rows_in
from ....schema import ExtractedField, LineReview
from ..html.escaping import plain
from ..text import shorten
from .fields import moment, named, state_of, value_text, when
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
    cells += "".join(_list_cell(line, many, fields) for many in spec.lists)
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
    width = 1 + len(spec.fields) + len(spec.lists)
    inner = "".join(_inner(line, many, fields, width) for many in spec.lists)
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


def _list_cell(line: RecordLine, many: ListSpec, fields: dict[str, ExtractedField]) -> str:
    inside = [field for path, field in fields.items() if path.startswith(f"{many.path}[")]
    unsure = sum(field.status == "unsure" for field in inside)
    count = len(rows_in(many.path, fields))
    rows = f"{count} row{'' if count == 1 else 's'}"
    state = "unsure" if unsure else "found" if count else "missing"
    more = f", {unsure} unsure" if unsure else ""
    return (
        f'<td class="lt-cell lt-rows lt-is-{state}" tabindex="-1" data-row="{line.key}" '
        f'aria-expanded="false" data-many="{plain(many.path)}">'
        f"{rows + more if count else '&ndash;'}</td>"
    )


def _inner(line: RecordLine, many: ListSpec, fields: dict[str, ExtractedField], width: int) -> str:
    """The rows of a list, as a table of their own, those that were removed among them."""
    heads = "".join(f'<th scope="col">{named(c.path)}</th>' for c in many.columns)
    rows = {row: _row_of_list(line, many, row, fields) for row in rows_in(many.path, fields)}
    rows |= {row: _removed_row(line, many, row, r) for row, r in _removed(line, many).items()}
    body = "".join(rows[row] for row in sorted(rows))
    add = (
        f'<button type="button" class="lt-do lt-line" data-how="add" data-row="{line.key}" '
        f'data-path="{plain(many.path)}">Add a line</button>'
    )
    return (
        f'<tr class="lt-inner" data-of="{line.key}" data-many="{plain(many.path)}" hidden>'
        f'<td colspan="{width}"><table role="grid" aria-label="Rows"><thead><tr>'
        f'<th scope="col"><span class="sr-only">Row</span></th>{heads}<td></td></tr></thead>'
        f"<tbody>{body}</tbody></table>{add}</td></tr>"
    )


def _row_of_list(
    line: RecordLine, many: ListSpec, row: int, fields: dict[str, ExtractedField]
) -> str:
    own = str(ListPath(many.path, row))
    cells = "".join(
        _cell(line, column, fields.get(path) or ExtractedField(path=path))
        for column, (_, path) in zip(many.columns, columns_of(many, own), strict=True)
    )
    return (
        f'<tr><th scope="row">{row + 1}</th>{cells}<td><button type="button" '
        f'class="lt-do lt-line" data-how="remove" data-row="{line.key}" data-path="{plain(own)}" '
        f'aria-label="Remove this line" title="Remove this line">&times;</button></td></tr>'
    )


def _removed_row(line: RecordLine, many: ListSpec, row: int, review: LineReview) -> str:
    """A row that is not in the record any more: what was read in it, and who removed it."""
    read = ((c, review.found.get("" if many.plain else c.path)) for c in many.columns)
    words = " · ".join(value_text(column, value) for column, value in read if value is not None)
    return (
        f'<tr class="lt-gone"><th scope="row">{row + 1}</th><td colspan="{len(many.columns) + 1}">'
        f'<s class="lt-own">{plain(shorten(words, _LONGEST_CELL))}</s> <span>Removed:</span> '
        f'<span class="lt-own">{plain(review.by)}, {moment(review.at)}</span> '
        f'<button type="button" class="lt-do lt-line" data-how="restore" data-row="{line.key}" '
        f'data-path="{plain(review.path)}">Put it back</button></td></tr>'
    )


def _removed(line: RecordLine, many: ListSpec) -> dict[int, LineReview]:
    """The rows of a list that people removed."""
    reviews = line.record.line_reviews if line.record is not None else ()
    placed = ((list_path(review.path), review) for review in reviews if review.removed)
    return {at.row: review for at, review in placed if at is not None and at.many == many.path}


def _columns(spec: RecordSpec) -> list[str]:
    return [one.path for one in spec.fields] + [many.path for many in spec.lists]
