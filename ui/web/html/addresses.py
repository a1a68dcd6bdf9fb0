"""Addresses of pages of documents, safe inside an attribute."""

from __future__ import annotations

from urllib.parse import urlencode


def page_link(document: str, page: int, words: str = "") -> str:
    """The address of a page's view, `words` marked in it."""
    return _address("page", {"document": document, "page": page, "words": words})


def leaf_address(kind: str, document: str, page: int) -> str:
    """The address of a page as a picture ("leaf") or small ("thumb")."""
    return _address(kind, {"document": document, "page": page})


def tables_address(document: str, page: int, kind: str) -> str:
    """The address of a page's tables as a file: "csv" or "xlsx"."""
    return _address(f"tables/{kind}", {"document": document, "page": page})


def film_address(document: str, seconds: float) -> str:
    """The address of a video, for players that begin at a time."""
    return f"{_address('film', {'document': document})}#t={seconds:.2f}"


def _address(route: str, query: dict[str, object]) -> str:
    return f"/see/{route}?{urlencode(query)}".replace("&", "&amp;")
