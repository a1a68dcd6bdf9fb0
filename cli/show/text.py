"""Text in a terminal: shortened, counted, and never able to give orders.

What models, pictures and files say is shown through `literal`, never as markup: rich would read
"[red]" and ":100:" as orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_SIZES = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything that could move a terminal's cursor or change its colours; lines and tabs stay."""
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the reading direction; a file name could pose as another one with them."""


def literal(text: str, style: str = "") -> Text:
    """Text from outside exactly as it is, less what would give orders to the terminal."""
    return Text(_harmless(text), style)


def one_line(text: str) -> str:
    """Text from outside that cannot pass for a line of ours."""
    return re.sub(r"[\t\n\u2028\u2029]", " ", _harmless(text))


def _harmless(text: str) -> str:
    """No order to a terminal; signs of direction as escapes, so that they are seen and turn nothing."""
    return _BIDI.sub(lambda sign: f"\\u{ord(sign[0]):04x}", _CONTROL.sub("�", text))


def plain_lines(console: Console, lines: Iterable[str]) -> None:
    """Sentences that may hold names from outside, a line each."""
    for line in lines:
        console.print(literal(one_line(line)))


def shorten(text: str, length: int = 90) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def count(number: int, thing: str) -> str:
    """Such as "1 page" and "1,200 pages"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Bytes for people."""
    if number < 1000:
        return count(number, "byte")
    unit, step = next((x for x in _SIZES if number < 1000 * x[1]), _SIZES[-1])
    amount = number / step
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:,.0f} {unit}"


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
