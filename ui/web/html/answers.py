"""Answers and pictures as HTML: boxes over what was seen, citations that point at them.

A box is an element placed in percent of its picture, so it keeps to its place at every size. What belongs
together shares a class: hovering the citation `lt-x3-1` marks the boxes `lt-x3-1` (scripts/base.js).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ....agent.assurance import Assurance, assess
from ....schema import Answer, Box, Citation, Evidence, Picture
from ..compared import compared_in
from ..conversation import Exchange, source_name
from ..text import shorten
from .addresses import leaf_address, page_link
from .escaping import plain
from .illustrated import words_html

Mark = tuple[Box, str, str]
"""A box, its classes, and the label at it."""

MAX_MARKS = 80
_NO_ROOM = 4.0
"""Percent of a picture's side; a box nearer to an edge has its label on another side."""
_OPEN_SOURCES = 4
"""Citations shown at once; the others unfold."""
_MOST_NEAREST = 3
_MOST_NAMES = 6
_SURELY_READ = 0.9
"""Score of every line from which a sharper picture would not help."""


def figure(
    picture: Picture,
    marks: Sequence[Mark],
    *,
    href: str = "",
    large: bool = False,
    source: str = "",
) -> str:
    """A picture with its boxes.

    Args:
        picture: which.
        marks: its boxes; those of another frame are left out.
        href: makes it a link that opens it large.
        large: as wide as there is room.
        source: its address, where it is not a stored one.
    """
    boxes = "".join(_box(picture, *m) for m in marks[:MAX_MARKS])
    name = plain(picture.name or "picture")
    shape = f"aspect-ratio:{picture.width}/{picture.height}"
    inner = (
        f'<span class="lt-canvas" style="{shape}">'
        f'<img src="{source or f"/see/picture/{picture.sha256}"}" alt="{name}">{boxes}</span>'
    )
    size = "lt-large" if large else "lt-small"
    if href:
        return f'<a class="lt-figure {size} lt-see" href="{href}" title="{name}">{inner}</a>'
    return f'<div class="lt-figure {size}">{inner}</div>'


def _box(picture: Picture, box: Box, classes: str, label: str) -> str:
    frame = picture.origin.frame if picture.origin else "picture"
    if box.frame != frame:
        return ""
    x1, y1, x2, y2 = picture.local(box)
    left, top = 100 * max(0.0, x1) / picture.width, 100 * max(0.0, y1) / picture.height
    wide = 100 * min(x2, picture.width) / picture.width - left
    high = 100 * min(y2, picture.height) / picture.height - top
    if wide <= 0 or high <= 0:
        return ""
    place = f"left:{left:.3f}%;top:{top:.3f}%;width:{wide:.3f}%;height:{high:.3f}%"
    side = _side(left, 100 - left - wide)
    if not label.isdecimal():  # a name is longer than the room beside most boxes
        side = "lt-above" if top >= _NO_ROOM else "lt-in"
    words = f'<b class="{side}">{plain(shorten(label, 40))}</b>' if label else ""
    return f'<i class="lt-box {classes}" style="{place}">{words}</i>'


def _side(left: float, right: float) -> str:
    """Where the label of a box stands, of the room beside it in percent: not on the box, nor cut off."""
    if left >= _NO_ROOM:
        return "lt-left"
    return "lt-right" if right >= _NO_ROOM else "lt-above"


def answer_html(exchange: Exchange, number: int, chat: str | None = None) -> str:
    """An answer with its status, citations, pictures and sources.

    Args:
        exchange: the answer with its question.
        number: of the exchange, from 0.
        chat: the id of its conversation; without one, citations have no cuts.
    """
    answer = exchange.answer
    assurance = assess(answer)
    links = {n: _cite(answer, number, n) for n in range(1, len(answer.citations) + 1)}
    words = words_html(answer, links, lambda one: figure(one.picture, (), large=True))
    # A sign in front of the words says what they are worth before they are read.
    return (
        f'<div class="lt-answer lt-{assurance.grade}">{badge(assurance)}'
        f'<div class="lt-words">{words}</div>{_nearest(answer)}{_help(answer)}'
        f"{_comparisons(answer, number)}{_figures(exchange, number)}"
        f"{_sources(answer, number, chat)}{_foot(answer, number)}</div>"
    )


def badge(assurance: Assurance) -> str:
    """What an answer is worth, and why."""
    detail = f'<span class="lt-sure">{plain(assurance.detail)}</span>' if assurance.detail else ""
    return f'<p class="lt-badge"><b>{assurance.label}</b>{detail}</p>'


def _cite(answer: Answer, number: int, n: int) -> str:
    title = plain(shorten(source_name(answer.citations[n - 1], answer)))
    return (
        f'<a class="lt-cite lt-x{number}-{n}" href="#lt-see-{number}-c{n}" title="{title}">{n}</a>'
    )


def _sources(answer: Answer, number: int, chat: str | None) -> str:
    rows = [_source(answer, number, n, chat) for n in range(1, len(answer.citations) + 1)]
    if not rows:
        return ""
    first, rest = rows[:_OPEN_SOURCES], rows[_OPEN_SOURCES:]
    more = (
        f'<details class="lt-more"><summary>{len(rest)} more</summary>'
        f'<ul class="lt-sources">{"".join(rest)}</ul></details>'
        if rest
        else ""
    )
    return f'<ul class="lt-sources">{"".join(first)}</ul>{more}'


def _source(answer: Answer, number: int, n: int, chat: str | None) -> str:
    """A citation: how its place looks, its number beside it, its words, and how they are known."""
    citation = answer.citations[n - 1]
    address = _look(answer, number, n, chat)
    cut = f'<img class="lt-cut" src="{address}" alt="" loading="lazy">' if address else ""
    words = citation.quote or answer.text[citation.start : citation.end]
    return (
        f'<li><a class="lt-source lt-x{number}-{n}" href="#lt-see-{number}-c{n}">{cut}<b>{n}</b>'
        f"<span><q>{plain(shorten(words, 90))}</q>"
        f"<small>{plain(shorten(_known_where(citation, answer), 60))}</small></span></a></li>"
    )


def _look(answer: Answer, number: int, n: int, chat: str | None) -> str:
    """The address of a cut of a citation's place, or of all of a picture that was found; "" for none."""
    citation = answer.citations[n - 1]
    if chat and citation.boxes:
        # The answer's length keeps the browser from showing the cut of one that it replaced.
        return f"/see/cut/{chat}/{number}/{n}?of={len(answer.text)}"
    evidence = next((e for e in answer.evidence if e.id == citation.evidence), None)
    if evidence is None or evidence.kind != "image" or not citation.source.document:
        return ""
    return leaf_address("thumb", citation.source.document, citation.source.page or 1)


def _known_where(citation: Citation, answer: Answer) -> str:
    """How and where a statement is known: "read in receipt.jpg"."""
    name = source_name(citation, answer)
    return f"{citation.known} in {name}" if citation.known and name else name


def _foot(answer: Answer, number: int) -> str:
    cost = f"{answer.usage.total_seconds:.1f} s"
    if answer.usage.model_calls:
        calls = answer.usage.model_calls
        cost += f" · {calls} model call{'' if calls == 1 else 's'}"
    name = plain(shorten(answer.model, 40))
    return (
        f'<div class="lt-foot"><button type="button" class="lt-do lt-again lt-n{number}">Ask again'
        f'</button><button type="button" class="lt-do lt-copy lt-n{number}">Copy</button>'
        f'<button type="button" class="lt-do lt-right lt-n{number}" title="This is right">Right'
        f'</button><button type="button" class="lt-do lt-wrong lt-n{number}" '
        f'title="This is wrong">Wrong</button>'
        f"{_files(answer, number)}"
        f'<span title="{name}">{cost}</span></div>'
    )


def _files(answer: Answer, number: int) -> str:
    """Links that take the answer along; the browser puts the chat's id into the address."""
    kinds = {"md": "Markdown", "html": "HTML", "docx": "Word"}
    if answer.rows:
        kinds |= {"csv": "CSV", "xlsx": "XLSX"}
    links = "".join(
        f'<a class="lt-take" href="#lt-take-{number}-{kind}">{name}</a>'
        for kind, name in kinds.items()
    )
    return f'<details class="lt-menu"><summary>Save</summary><div>{links}</div></details>'


def _figures(exchange: Exchange, number: int) -> str:
    """Every picture on which objects or parts were found, with those on it; single places have cuts."""
    found = []
    for n, picture in enumerate(whole_pictures(exchange)):
        marks = marks_on(exchange.answer, picture, number)
        here = _evidence_on(exchange.answer, picture)
        if any(_findings(here)):
            unlabelled = [(box, classes, "") for box, classes, _ in marks]
            shown = figure(picture, unlabelled, href=f"#lt-see-{number}-w{n}")
            found.append(f"<div>{shown}{_named(here)}</div>")
    return f'<div class="lt-strip">{"".join(found)}</div>' if found else ""


def _comparisons(answer: Answer, number: int) -> str:
    """A link to each pair that was compared, shown side by side."""
    links = "".join(
        f'<a class="lt-beside" href="#lt-see-{number}-d{one.first}">Side by side</a>'
        for one in compared_in(answer)
    )
    return f'<p class="lt-compared">{links}</p>' if links else ""


def _named(evidence: Sequence[Evidence]) -> str:
    """What the boxes of a picture are: "4 × person, 1 × bus"; their names stand at them in the viewer."""
    names = Counter(found.label for item in evidence for found in item.detections)
    told = ", ".join(f"{count} × {plain(name)}" for name, count in names.most_common(_MOST_NAMES))
    more = f", {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f'<p class="lt-names">{told}{more}</p>' if told else ""


def whole_pictures(exchange: Exchange) -> list[Picture]:
    """The pictures an exchange is about, as they came: crops are left out."""
    every = [*exchange.pictures, *exchange.answer.pictures]
    return list({p.sha256: p for p in every if p.origin is None}.values())


def marks_on(answer: Answer, picture: Picture, number: int) -> list[Mark]:
    """Boxes on a picture: what is cited with the citation's number, other objects thinly, by name."""
    cited: list[Mark] = []
    for n, citation in enumerate(answer.citations, 1):
        if citation.source.picture == picture.original:
            cited += cited_marks(answer, number, n)
    known = {mark[0] for mark in cited}
    here = _evidence_on(answer, picture)
    return [*cited, *(m for m in _findings(here) if m[0] not in known)][:MAX_MARKS]


def cited_marks(answer: Answer, number: int, place: int) -> list[Mark]:
    """The boxes of citation `place` (from 1): its number at the first, the names of what was found."""
    citation = answer.citations[place - 1]
    names = {found.box: found.label for item in answer.evidence for found in item.detections}
    return [
        (
            box,
            f"lt-cited lt-x{number}-{place}",
            " ".join(filter(None, (str(place) if n == 0 else "", names.get(box, "")))),
        )
        for n, box in enumerate(citation.boxes)
    ]


def _evidence_on(answer: Answer, picture: Picture) -> list[Evidence]:
    return [e for e in answer.evidence if e.source.picture == picture.original]


def _findings(evidence: Sequence[Evidence]) -> Iterator[Mark]:
    for item in evidence:
        for detection in item.detections:
            yield detection.box, "lt-thin", detection.label
        if item.kind == "region":
            for box in item.boxes:
                yield box, "lt-thin", ""


def _nearest(answer: Answer) -> str:
    """Of an answer that was not found in the documents, the pages to look at oneself."""
    if answer.status != "declined":
        return ""
    pages = dict.fromkeys(
        (e.source.document, e.source.page)
        for e in answer.evidence
        if e.source.document and e.source.page
    )
    rows = "".join(
        f'<li><a class="lt-page" href="{page_link(document, page)}">'
        f'<img src="{leaf_address("thumb", document, page)}" alt="" loading="lazy">'
        f"<span>{plain(document)}</span><small>page {page}</small></a></li>"
        for document, page in list(pages)[:_MOST_NEAREST]
        if document and page
    )
    return f'<ul class="lt-near" aria-label="Nearest pages">{rows}</ul>' if rows else ""


def _help(answer: Answer) -> str:
    tips = what_would_help(answer)
    if not tips:
        return ""
    rows = "".join(f"<li>{plain(tip)}</li>" for tip in tips)
    return f'<div class="lt-help"><p>What would help</p><ul>{rows}</ul></div>'


def _read_surely(answer: Answer) -> bool:
    """Whether all that is written on the pictures was read without doubt."""
    scores = [line.score for e in answer.evidence if e.kind == "text" for line in e.lines]
    return min(scores, default=0.0) >= _SURELY_READ


def what_would_help(answer: Answer) -> list[str]:
    """What the user can do where there is no answer, the most useful first."""
    if answer.status not in ("declined", "failed") or answer.stop_reason == "cancelled":
        return []
    if answer.stop_reason in ("budget", "deadline"):
        return ["Ask about less at once: one picture, or one fact."]
    if answer.status == "failed":
        return ["Ask again; if it fails in the same way, run `looktwice doctor`."]
    tips = []
    if answer.pictures:
        tips.append("Open the picture and draw a box around the part you mean: it is enlarged.")
        if not _read_surely(answer):
            tips.append("Give a sharper picture, or one taken from nearer.")
    else:
        tips.append("Add the picture or the document that holds the answer.")
    if any(e.source.document for e in answer.evidence):
        tips.append("Use the words the document uses, or name the document.")
    else:
        tips.append("Ask for one thing that can be seen, read or counted.")
    return tips
