"""What stands beside the conversation of two pictures or pages that were compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import BadInput
from ...media.store import Store
from ...schema import Evidence, FoundDifference, Picture
from ...tools.comparing import laid_over
from .compared import Compared, compared_at
from .conversation import Exchange
from .documents import UserDocuments
from .history import ChatHistory
from .html.addresses import leaf_address
from .html.answers import Mark
from .html.beside import Side, beside_pane
from .looks import as_jpeg, page_measures, picture_of

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Comparisons:
    """Shows both sides of a difference, and one laid over the other."""

    store: Store
    history: ChatHistory
    documents: UserDocuments

    def pane(self, owner: str, exchange: Exchange, number: int, place: int, laid: str) -> str:
        """Both sides of a difference as HTML, everything marked that differs between them.

        Args:
            owner: the user; sees their own pictures and documents only.
            exchange: has the answer that compared them.
            number: of the exchange, from 0.
            place: number of the difference among those of the answer, from 0.
            laid: address of the second side laid over the first.

        Raises:
            BadInput: there is no such difference, or a side of it is gone.
        """
        compared, chosen = _difference(exchange, place)
        first, second = (
            self._side(
                owner,
                exchange,
                compared.sides[at],
                chosen.pages[at],
                list(_marks(compared, chosen, number, at)),
            )
            for at in (0, 1)
        )
        return beside_pane(first, second, laid, compared, number)

    def laid(self, owner: str, exchange: Exchange, place: int) -> bytes:
        """The second side laid over the first, as a JPEG.

        Raises:
            BadInput: there is no such difference, a side of it is gone, or they share no scene.
        """
        compared, chosen = _difference(exchange, place)
        first, second = (
            self._look(owner, exchange, compared.sides[at], chosen.pages[at]) for at in (0, 1)
        )
        laid = laid_over(first, second)
        if laid is None:
            raise BadInput("view", "they do not show the same scene")
        return as_jpeg(laid)

    def _side(
        self,
        owner: str,
        exchange: Exchange,
        evidence: Evidence,
        page: int | None,
        marks: Sequence[Mark],
    ) -> Side:
        document, number = evidence.source.document, page or 1
        if not document:
            picture = self._picture(owner, exchange, evidence)
            return Side(picture.name or "picture", picture, "", marks)
        shape = page_measures(document, self.documents.page(owner, document, number))
        if shape is None:
            raise BadInput(document, "has no look")
        name = f"{document}, page {number}"
        return Side(name, shape, leaf_address("leaf", document, number), marks)

    def _look(
        self, owner: str, exchange: Exchange, evidence: Evidence, page: int | None
    ) -> Image.Image:
        document = evidence.source.document
        if document:
            return self.documents.view(owner, document, page or 1)[0]
        return self.store.open(self._picture(owner, exchange, evidence))

    def _picture(self, owner: str, exchange: Exchange, evidence: Evidence) -> Picture:
        picture = picture_of(evidence.source, exchange, self.history, owner)
        if picture is None:
            raise BadInput("view", "this picture is gone")
        return picture


def _difference(exchange: Exchange, place: int) -> tuple[Compared, FoundDifference]:
    found = compared_at(exchange.answer, place)
    if found is None:
        raise BadInput("view", "there is nothing of this number")
    return found


def _marks(compared: Compared, chosen: FoundDifference, number: int, side: int) -> Iterator[Mark]:
    """The places of all differences on the pages of the chosen one; each with its number, once."""
    for n, one in enumerate(compared.differences):
        if one.pages != chosen.pages:
            continue
        for first, box in enumerate((one.first, one.second)[side]):
            name = "" if first else str(n + 1)
            yield box, f"lt-cited lt-x{number}-d{compared.first + n}", name
