"""The kinds of files a conversation can leave as."""

from __future__ import annotations

from collections.abc import Sequence

from ....media.store import Store
from ....schema import Picture
from ..conversation import Exchange
from .text import as_json, as_markdown
from .web_page import as_html
from .word import as_docx

MEDIA_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
"""By their endings."""
_PICTURE_PIXELS = 1_000_000


def exported(kind: str, title: str, exchanges: Sequence[Exchange], store: Store) -> str | bytes:
    """A conversation, or some of it, as a file; `kind` is one of `MEDIA_TYPES`."""

    def embed(picture: Picture) -> str:
        return store.data_url(picture, max_pixels=_PICTURE_PIXELS)

    if kind == "html":
        return as_html(title, exchanges, embed)
    if kind == "docx":
        return as_docx(title, exchanges, store.open)
    return as_json(title, exchanges) if kind == "json" else as_markdown(title, exchanges, embed)
