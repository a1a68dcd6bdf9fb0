"""One value as a form: to be confirmed, corrected, or set back as it was read."""

from __future__ import annotations

from urllib.parse import urlencode

from ....agent.batch.record_file import RecordLine
from ....agent.extraction.records.schemas.fields import FieldSpec
from ....schema import ExtractedField
from ..html.components import alert
from ..html.escaping import plain
from .fields import NEXT_UNSURE, named, state_of, value_text, when
from .library import KeptExtraction


def value_form(kept: KeptExtraction, line: RecordLine, path: str) -> str:
    """One value, to be confirmed or corrected; BadInput where there is none."""
    spec = kept.file.field(path)
    field = line.field(path)
    others = "".join(
        f'<button type="button" class="lt-do lt-other lt-own" data-text="{plain(text)}">'
        f"{plain(text)}</button>"
        for text in dict.fromkeys(value_text(spec, other) for other in field.alternatives)
        if text
    )
    _, words = state_of(field)
    state = f'<span class="lt-state lt-is-{words}">{words}</span>' if words else ""
    reason = f'<p class="lt-why-unsure">{plain(field.reason)}</p>' if field.reason else ""
    return (
        f'<form class="lt-value" data-row="{line.key}" data-path="{plain(path)}">'
        f"<h3>{named(path)} {state}</h3>{reason}{_cut(kept, line, field)}"
        f'<div class="lt-enter">{_input(spec, field)}'
        f'<button type="submit" class="lt-save">Save</button></div>'
        f"{f'<p class=lt-others><span>Or is it</span> {others}</p>' if others else ''}"
        f'<p class="lt-acts">'
        f'<button type="button" class="lt-do lt-confirm">Right as it is</button>'
        f'<button type="button" class="lt-do lt-absent">Not in the document</button>'
        f"{_WITHDRAW if field.review is not None else ''}</p>"
        f"{alert('')}{_history(spec, field)}"
        f"{_STEPS if any(one.unsure for one in kept.file.lines) else ''}</form>"
    )


_STEPS = (
    '<p class="lt-steps-unsure"><button type="button" class="lt-do lt-before">&lsaquo; '
    f"<span>Previous unsure</span></button>{NEXT_UNSURE}</p>"
)
_WITHDRAW = '<button type="button" class="lt-do lt-withdraw">As it was read</button>'


def _cut(kept: KeptExtraction, line: RecordLine, field: ExtractedField) -> str:
    """The value as the document has it, large enough to be read; the page below may be small."""
    if not field.boxes:
        return ""
    query = urlencode({"row": line.key, "path": field.path}).replace("&", "&amp;")
    return f'<img class="lt-cut" src="/see/records/{kept.id}/cut?{query}" alt="">'


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
    who = f'<span class="lt-own">{plain(field.review.by)}, {when(field)}</span>'
    if field.review.found == field.value:
        return f'<p class="lt-none"><span>Confirmed:</span> {who}</p>'
    was = f"<q>{plain(found)}</q>" if found else "<span>nothing</span>"
    return (
        f'<p class="lt-none"><span>Corrected:</span> {who}. <span>It was read as</span> {was}</p>'
    )
