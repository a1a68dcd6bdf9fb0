"""Records as HTML: the table of all documents, the list of what is kept, and one value to be judged."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ....agent.batch.record_file import RecordLine
from ....agent.extraction.records.schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from ....agent.extraction.records.schemas.paths import ListPath, list_path, row_count
from ....schema import ExtractedField
from ..html.components import day_of, short_time
from ..html.escaping import plain
from ..text import shorten
from .library import KeptExtraction
from .runs import RecordRun

_LONGEST_CELL = 90
_NEXT = '<button type="button" class="lt-do lt-next"><span>Next unsure</span> &rsaquo;</button>'
_OPEN_FAILURES = 3
"""So many reasons are shown at once; more are folded."""
ROWS = 200
"""Documents that are shown at once."""


def records_head(kept: KeptExtraction) -> str:
    """The name of an extraction, and how to take it along."""
    links = "".join(
        f'<a href="/see/records/{kept.id}/sheet/{kind}" download>{kind.upper()}</a>'
        for kind in ("csv", "xlsx")
    )
    menu = f'<details class="lt-menu"><summary>Export</summary><div>{links}</div></details>'
    return (
        f'<div class="lt-head lt-records-head"><button type="button" class="lt-do lt-quiet lt-all-records">'
        f"&lsaquo; <span>All tables</span></button><h1>{plain(kept.about.title)}</h1>{menu}</div>"
    )


def state_bar(kept: KeptExtraction, run: RecordRun | None) -> str:
    """How far it is: what is being read, what was read, what somebody should look at."""
    unsure = sum(len(line.unsure) for line in kept.file.lines)
    error = run.error if run is not None else ""
    told = f'<p class="lt-wrong-type" role="alert">{plain(error)}</p>' if error else ""
    said = "<i> · </i>".join(_told(kept, run, unsure))
    return (
        f'<div class="lt-state-bar"><p role="status">{said}</p>'
        f"<p>{_acts(kept, run, unsure)}</p></div>{told}"
    )


def _at_work(run: RecordRun | None) -> bool:
    return run is not None and not run.done.is_set()


def _told(kept: KeptExtraction, run: RecordRun | None, unsure: int) -> Iterator[str]:
    """What is said of an extraction, part by part."""
    if run is not None and _at_work(run):
        yield f"<b class='lt-at-work'>{'Stopping' if run.stopping else 'Reading'}</b>"
    lines = kept.file.lines
    yield f"<span>{len(lines):,} of {max(len(kept.about.sources), len(lines)):,} documents</span>"
    pages = run.progress.pages if run is not None and run.progress is not None else 0
    if pages and _at_work(run):
        yield f"<span>{pages:,} page{'' if pages == 1 else 's'}</span>"
    if failed := _failed(kept):
        yield f"<span>{failed:,} failed</span>"
    if unsure or not _at_work(run):
        yield f"<span>{unsure:,} unsure</span>" if unsure else "<span>nothing unsure</span>"


def _acts(kept: KeptExtraction, run: RecordRun | None, unsure: int) -> str:
    """What can be done with an extraction, as buttons."""
    if run is not None and _at_work(run):
        return "" if run.stopping else _act("stop", "Stop")
    acts = ""
    if kept.left:
        acts = _act("resume", "Go on")
    elif kept.about.sources and _failed(kept):
        acts = _act("retry", "Try the failed ones again")
    return acts + (_NEXT if unsure else "")


def _failed(kept: KeptExtraction) -> int:
    return sum(line.record is None for line in kept.file.lines)


def _act(how: str, label: str) -> str:
    return f'<button type="button" class="lt-do lt-run" data-how="{how}">{label}</button>'


def kept_list(every: Sequence[KeptExtraction], running: Iterable[str] = ()) -> str:
    """The extractions that may be opened, by day."""
    if not every:
        return ""
    at_work, now = set(running), time.time()
    groups = "".join(
        f"<h3>{day}</h3><ul class='lt-list'>{''.join(_kept_row(one, at_work) for one in group)}</ul>"
        for day, group in groupby(every, key=lambda one: day_of(one.about.created, now))
    )
    return f'<nav class="lt-kept" aria-label="Earlier tables">{groups}</nav>'


def _kept_row(kept: KeptExtraction, running: set[str]) -> str:
    title = plain(kept.about.title)
    when = (
        '<b class="lt-at-work">at work</b>'
        if kept.id in running
        else short_time(kept.about.created)
    )
    own = (
        f'<button type="button" class="lt-do lt-rename-records" data-id="{kept.id}" '
        f'data-title="{title}" aria-label="Rename the table {title}" title="Rename">&#9998;</button>'
        f'<button type="button" class="lt-do lt-forget-records" data-id="{kept.id}" '
        f'aria-label="Remove the table {title}" title="Remove">&times;</button>'
        if kept.folder is not None
        else ""
    )
    count = kept.about.documents
    return (
        f'<li><button type="button" class="lt-do lt-open-records" data-id="{kept.id}">'
        f'<span class="lt-own">{title}</span><small>{count} document{"" if count == 1 else "s"}'
        f"</small> <small>{when}</small></button>{own}</li>"
    )


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
    heads = "".join(f'<th scope="col">{_named(name)}</th>' for name in _columns(spec))
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
    spec, fields = kept.file.spec, {f.path: f for f in (line.record.fields if line.record else ())}
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
    state, words = _state(field)
    text = value_text(spec, field.value)
    number = " lt-number" if spec.kind in NUMERIC else ""
    hidden = f'<span class="sr-only">{words}</span>' if words else ""
    return (
        f'<td class="lt-cell lt-own lt-is-{state}{number}" tabindex="-1" data-row="{line.key}" '
        f'data-path="{plain(field.path)}" title="{plain(_title(field))}">'
        f"{plain(shorten(text, _LONGEST_CELL)) or '&ndash;'}{hidden}</td>"
    )


def _state(field: ExtractedField) -> tuple[str, str]:
    """The class of a cell, and what a screen reader says of it beside the value."""
    if field.review is not None:
        same = field.review.found == field.value
        return ("confirmed", "confirmed") if same else ("corrected", "corrected")
    words = {"unsure": "unsure", "missing": "missing"}
    return field.status, words.get(field.status, "")


def _title(field: ExtractedField) -> str:
    if field.review is not None:
        return f"{field.review.by}, {_when(field)}"
    return field.reason


def _when(field: ExtractedField) -> str:
    at = field.review.at.astimezone() if field.review is not None else None
    return at.strftime("%Y-%m-%d %H:%M") if at is not None else ""


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
    heads = "".join(f'<th scope="col">{_named(c.path)}</th>' for c in many.columns)
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


def _named(path: str) -> str:
    """The name of a field as a heading, rows counted from 1; it is the user's word, or the schema's."""
    place = list_path(path)
    if place is not None:
        path = f"{place.many} {place.row + 1}" + (f".{place.column}" if place.column else "")
    return f'<span class="lt-own">{plain(path.replace("_", " ").replace(".", " › "))}</span>'


def value_text(spec: FieldSpec, value: Any) -> str:
    """A value as people read it, and may type it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if spec.kind == "money" and isinstance(value, int | float):
        return f"{value:.2f}" if round(value, 2) == value else str(value)
    return str(value)


def value_form(kept: KeptExtraction, line: RecordLine, path: str) -> str:
    """One value, to be confirmed or corrected; BadInput where there is none."""
    spec = kept.file.field(path)
    fields = line.record.fields if line.record is not None else ()
    field = next((one for one in fields if one.path == path), ExtractedField(path=path))
    others = "".join(
        f'<button type="button" class="lt-do lt-other lt-own" data-text="{plain(text)}">'
        f"{plain(text)}</button>"
        for text in dict.fromkeys(value_text(spec, other) for other in field.alternatives)
        if text
    )
    _, words = _state(field)
    state = f'<span class="lt-state lt-is-{words}">{words}</span>' if words else ""
    reason = f'<p class="lt-why-unsure">{plain(field.reason)}</p>' if field.reason else ""
    return (
        f'<form class="lt-value" data-row="{line.key}" data-path="{plain(path)}">'
        f"<h3>{_named(path)} {state}</h3>{reason}"
        f'<div class="lt-enter">{_input(spec, field)}'
        f'<button type="submit" class="lt-save">Save</button></div>'
        f"{f'<p class=lt-others><span>Or is it</span> {others}</p>' if others else ''}"
        f'<p class="lt-acts">'
        f'<button type="button" class="lt-do lt-confirm">Right as it is</button>'
        f'<button type="button" class="lt-do lt-absent">Not in the document</button>'
        f"{_WITHDRAW if field.review is not None else ''}</p>"
        f'<p class="lt-wrong-type" role="alert"></p>{_history(spec, field)}'
        f"{_STEPS if any(one.unsure for one in kept.file.lines) else ''}</form>"
    )


_STEPS = (
    '<p class="lt-steps-unsure"><button type="button" class="lt-do lt-before">&lsaquo; '
    f"<span>Previous unsure</span></button>{_NEXT}</p>"
)
_WITHDRAW = '<button type="button" class="lt-do lt-withdraw">As it was read</button>'


def _input(spec: FieldSpec, field: ExtractedField) -> str:
    text, label = value_text(spec, field.value), plain(field.path)
    options = (
        spec.choices if spec.kind == "choice" else ("yes", "no") if spec.kind == "boolean" else ()
    )
    if options:
        known = options if text in options or not text else (text, *options)
        shown = "".join(
            f"<option{' selected' if o == text else ''}>{plain(o)}</option>" for o in ("", *known)
        )
        return f'<select class="lt-entry lt-own" aria-label="{label}">{shown}</select>'
    mode = ' inputmode="decimal"' if spec.kind in ("money", "number") else ""
    return (
        f'<input class="lt-entry lt-own" aria-label="{label}" value="{plain(text)}"{mode} '
        'maxlength="2000" autocomplete="off" spellcheck="false">'
    )


def _history(spec: FieldSpec, field: ExtractedField) -> str:
    """Who said so, and when; what had been read."""
    if field.review is None:
        return ""
    found = value_text(spec, field.review.found)
    who = f'<span class="lt-own">{plain(field.review.by)}, {_when(field)}</span>'
    if field.review.found == field.value:
        return f'<p class="lt-none"><span>Confirmed:</span> {who}</p>'
    was = f"<q>{plain(found)}</q>" if found else "<span>nothing</span>"
    return (
        f'<p class="lt-none"><span>Corrected:</span> {who}. <span>It was read as</span> {was}</p>'
    )
