"""Pictures in a terminal that can show them; the only file that knows textual-image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console

from ...extensions.extras import has, needs

if TYPE_CHECKING:
    from PIL.Image import Image

_COLUMNS = 36
"""Cells of the terminal a picture may be wide."""


def show_pictures(pictures: Iterable[Image], console: Console) -> None:
    """Show pictures, small, one below the other.

    Nothing is shown where the output is no terminal, where the terminal speaks neither Sixel nor Kitty's
    protocol (half-blocks would be too coarse to know a receipt by), or where the extra is missing.
    """
    if not console.is_terminal or not has("terminal"):
        return
    with needs("terminal"):
        from textual_image import renderable  # asks the terminal what it can

    if renderable.Image in (renderable.SixelImage, renderable.TGPImage):
        for picture in pictures:
            console.print(renderable.Image(picture, width=min(_COLUMNS, console.width)))
