"""How pictures and pages look: their measures, their pixels as a file, and which one a source names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ...retrieval.pages import Page
from ...schema import Origin, Picture, Source
from .conversation import Exchange
from .history import ChatHistory
from .html.answers import whole_pictures

if TYPE_CHECKING:
    from PIL import Image

_NO_HASH = "0" * 64


def measures(width: int, height: int, name: str, origin: Origin) -> Picture:
    """A picture that is drawn, not stored."""
    return Picture(
        sha256=_NO_HASH, width=width, height=height, format="JPEG", name=name, origin=origin
    )


def page_measures(document: str, page: Page) -> Picture | None:
    """A page's frame as a picture's, for boxes to be placed on it; None where it has no layout."""
    if page.width < 1 or page.height < 1:
        return None
    origin = Origin(document=document, page=page.number, frame=page.frame)
    return measures(round(page.width), round(page.height), document, origin)


def as_jpeg(image: Image.Image, quality: int = 88) -> bytes:
    """Pixels as a file."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def picture_of(
    source: Source, exchange: Exchange, history: ChatHistory, owner: str
) -> Picture | None:
    """The picture of an exchange that a source names, else one of its owner's; None where it is gone."""
    for picture in whole_pictures(exchange):
        if picture.sha256 == source.picture:
            return picture
    return None if source.picture is None else history.picture(owner, source.picture)
