"""Extractions as HTML: the list of those that are kept, the head of one, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..html.components import alert, day_of, short_time
from ..html.escaping import plain
from .fields import NEXT_UNSURE
from .library import KeptExtraction
from .runs import RecordRun


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
    told = alert(error) if error else ""
    said = "<i> · </i>".join(_told(kept, run, unsure))
    return (
        f'<div class="lt-state-bar"><p role="status">{said}</p>'
        f"<p>{_acts(kept, run, unsure)}</p></div>{told}"
    )


def _told(kept: KeptExtraction, run: RecordRun | None, unsure: int) -> Iterator[str]:
    """What is said of an extraction, part by part."""
    at_work = run is not None and run.at_work
    if run is not None and at_work:
        yield f"<b class='lt-at-work'>{'Stopping' if run.stopping else 'Reading'}</b>"
    lines = kept.file.lines
    yield f"<span>{len(lines):,} of {max(len(kept.about.sources), len(lines)):,} documents</span>"
    pages = run.progress.pages if run is not None and run.progress is not None else 0
    if pages and at_work:
        yield f"<span>{pages:,} page{'' if pages == 1 else 's'}</span>"
    if failed := _failed(kept):
        yield f"<span>{failed:,} failed</span>"
    if unsure or not at_work:
        yield f"<span>{unsure:,} unsure</span>" if unsure else "<span>nothing unsure</span>"


def _acts(kept: KeptExtraction, run: RecordRun | None, unsure: int) -> str:
    """What can be done with an extraction, as buttons."""
    if run is not None and run.at_work:
        return "" if run.stopping else _act("stop", "Stop")
    acts = ""
    if kept.left:
        acts = _act("resume", "Go on")
    elif kept.about.sources and _failed(kept):
        acts = _act("retry", "Try the failed ones again")
    return acts + (NEXT_UNSURE if unsure else "")


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
