"""Two pictures or pages beside each other and one over the other, with their differences, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....schema import Picture
from ..compared import Compared
from .answers import Mark, figure
from .escaping import plain
from .panes import ZOOM, title_html


@dataclass(frozen=True)
class Side:
    """One of the two that are compared.

    Attributes:
        name: for people.
        picture: gives the measures; its boxes lie on it.
        source: the address of its look; "" for a stored picture.
        marks: the places of the differences.
    """

    name: str
    picture: Picture
    source: str
    marks: Sequence[Mark]

    @property
    def address(self) -> str:
        """Of its look."""
        return self.source or f"/see/picture/{self.picture.sha256}"


def beside_pane(first: Side, second: Side, laid: str, compared: Compared, number: int) -> str:
    """Both sides with linked boxes, one over the other, and all differences.

    Args:
        first, second: what is compared.
        laid: address of the second laid over the first; the page leaves it out where there is none.
        compared: has all differences; those on other pages lead there.
        number: of the exchange, from 0.
    """
    shown = "".join(
        f'<div class="lt-side"><h3>{plain(side.name)}</h3>'
        f"{figure(side.picture, side.marks, large=True, source=side.source)}</div>"
        for side in (first, second)
    )
    return (
        f"{title_html(f'{first.name} and {second.name}')}"
        f'<div class="lt-bar" role="toolbar" aria-label="View">{ZOOM}</div>'
        f'<div class="lt-stage" tabindex="0" role="group" aria-label="Side by side">'
        f'<div class="lt-sides lt-large">{shown}</div></div>'
        f"{_slider(first, second, laid)}{_list(compared, number)}"
    )


def _slider(first: Side, second: Side, laid: str) -> str:
    """The second over the first, as far as the handle stands."""
    shape = f"aspect-ratio:{first.picture.width}/{first.picture.height}"
    return (
        f'<div class="lt-over"><p class="lt-none">One over the other: move the line.</p>'
        f'<div class="lt-canvas" style="{shape}">'
        f'<img src="{first.address}" alt="{plain(first.name)}">'
        f'<img class="lt-laid" src="{laid}" alt="{plain(second.name)}">'
        '<input class="lt-slide" type="range" min="0" max="100" value="50" '
        'aria-label="How much of the first is shown, in percent"></div></div>'
    )


def _list(compared: Compared, number: int) -> str:
    names = [f"{number}-d{compared.first + n}" for n in range(len(compared.differences))]
    rows = "".join(
        f'<li><a class="lt-source lt-x{name}" href="#lt-see-{name}">'
        f"<b>{n}</b><span>{plain(_without_number(one.text))}</span></a></li>"
        for n, (name, one) in enumerate(zip(names, compared.differences, strict=True), 1)
    )
    return f'<ul class="lt-sources" aria-label="Differences">{rows}</ul>'


def _without_number(text: str) -> str:
    """A line without the number it begins with, which stands beside it."""
    head, dot, rest = text.partition(". ")
    return rest if dot and head.isdecimal() else text
