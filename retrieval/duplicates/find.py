"""Copies in an index: files of the same bytes, and pictures that look the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ...control import Control
from ...errors import BadInput
from .look import alike, look_of

if TYPE_CHECKING:
    from PIL import Image

    from ..catalog.rows import Document
    from .look import Bits

_PICTURE = "picture"


class Duplicates(NamedTuple):
    """Documents of one content.

    Attributes:
        names: of the files, at least two.
        same: "bytes", or "look" where pictures differ only in size, packing or light.
        apart: bits of 256 by which their looks differ at most; 0 for the same bytes.
    """

    names: tuple[str, ...]
    same: str
    apart: int = 0


class HasPictures(Protocol):
    """Documents that can be looked at; `Index` is one."""

    def documents(self) -> Sequence[Document]:
        """Every document."""
        ...

    def render(self, document: str, number: int) -> Image.Image:
        """A page as a picture; BadInput where it has none."""
        ...


def duplicates_in(
    index: HasPictures, control: Control | None = None
) -> tuple[list[Duplicates], list[str]]:
    """The duplicates among documents, and the pictures that could not be looked at, each with the reason.

    Args:
        index: whose documents are compared.
        control: stops between two pictures.
    """
    documents = index.documents()
    exact = [Duplicates(d.names, "bytes") for d in documents if len(d.names) > 1]
    failed: list[str] = []

    def looks() -> Iterator[tuple[str, Bits]]:
        for document in documents:
            (control or Control()).check()
            if document.type != _PICTURE or document.pages != 1:
                continue
            try:
                yield document.name, look_of(index.render(document.name, 1))
            except BadInput as error:
                failed.append(str(error))

    near = [Duplicates(names, "look", apart) for names, apart in alike(looks())]
    return [*exact, *near], failed
