"""An answer as notebooks show it: its verdict, its words, its pictures with boxes, what it rests on.

Everything in it is escaped, and nothing is loaded from anywhere: pictures are within the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from ..errors import LooktwiceError
from ..extensions.extras import needs
from ..media.clock import with_place
from ..media.store import Store
from ..schema import Answer, Box, Picture
from ..settings import Settings
from .assurance import Grade, assess

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS: dict[Grade, str] = {"checked": "#1b7f3b", "probable": "#a86200", "failed": "#b3261e"}
_GREY = "#666666"
_BOX = "#d81b60"
_PIXELS = 700_000
_INCHES = 8


def usual_store() -> Store:
    """The picture store of the settings in force."""
    settings = Settings.load()
    return Store(settings.store_dir, settings.media)


def answer_html(answer: Answer, store: Store | None = None) -> str:
    """The answer as HTML.

    Args:
        answer: to be shown.
        store: holds its pictures; the settings' own by default. One that lacks them leaves them out.
    """
    verdict = assess(answer)
    detail = f" · {escape(verdict.detail)}" if verdict.detail else ""
    colour = _COLOURS.get(verdict.grade, _GREY)
    parts = [
        f'<p style="margin:0"><b style="color:{colour}">{escape(verdict.label)}</b>{detail}</p>',
        f'<p style="white-space:pre-wrap;font-size:1.1em">{escape(answer.text)}</p>',
        *_pictures(answer, store or usual_store()),
        _citations(answer),
    ]
    return f'<div class="looktwice-answer">{"".join(parts)}</div>'


def answer_figure(answer: Answer, store: Store | None = None) -> Figure:
    """Its pictures side by side with the boxes it rests on, the verdict above; a matplotlib figure.

    Raises:
        MissingExtra: matplotlib is not installed.
        BadInput: the store does not hold a picture.
    """
    with needs("evals"):
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

    verdict, shown = assess(answer), answer.pictures
    store = store or usual_store()
    figure = Figure(figsize=(_INCHES * max(1, len(shown)) ** 0.5, _INCHES * 0.7))
    figure.suptitle(f"{verdict.label}: {answer.text[:120]}", parse_math=False)
    for number, picture in enumerate(shown, 1):
        axes = figure.add_subplot(1, len(shown), number)
        axes.imshow(store.resized(picture, _PIXELS), extent=(0, picture.width, picture.height, 0))
        axes.set_title(picture.name, parse_math=False)
        axes.set_axis_off()
        for left, top, right, bottom in _boxes(answer, picture):
            place = (left, top), right - left, bottom - top
            axes.add_patch(Rectangle(*place, fill=False, edgecolor=_BOX, linewidth=2))
    return figure


def _pictures(answer: Answer, store: Store) -> Iterator[str]:
    """Each picture with the boxes of its citations."""
    for picture in answer.pictures:
        try:
            address = store.data_url(picture, _PIXELS)
        except LooktwiceError:
            continue
        stroke = max(picture.width, picture.height) / 200
        boxes = "".join(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}"'
            f' height="{bottom - top:.1f}" fill="none" stroke="{_BOX}" stroke-width="{stroke:.1f}"/>'
            for left, top, right, bottom in _boxes(answer, picture)
        )
        yield (
            f'<svg viewBox="0 0 {picture.width} {picture.height}" role="img"'
            f' aria-label="{escape(picture.name)}" style="max-width:480px;max-height:480px">'
            f'<image href="{address}" width="{picture.width}" height="{picture.height}"/>'
            f"{boxes}</svg>"
        )


def _boxes(answer: Answer, picture: Picture) -> Iterator[tuple[float, float, float, float]]:
    """Where its citations stand in a picture, in the picture's own pixels."""
    for citation in answer.citations:
        if citation.source.picture == picture.original:
            yield from (picture.local(box) for box in citation.boxes if _fits(box, picture))


def _fits(box: Box, picture: Picture) -> bool:
    return box.frame == (picture.origin.frame if picture.origin else "picture")


def _citations(answer: Answer) -> str:
    names = {picture.original: picture.name for picture in answer.pictures}
    rows = []
    for citation in answer.citations:
        source = citation.source
        where = with_place(source.document or names.get(source.picture or "", source.name), source)
        known = f" · {citation.known}" if citation.known else ""
        rows.append(f"<li>{escape(where)}: “{escape(citation.quote)}”{escape(known)}</li>")
    return f'<ul style="color:{_GREY}">{"".join(rows)}</ul>' if rows else ""
