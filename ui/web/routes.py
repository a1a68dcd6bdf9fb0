"""The page's own addresses, beside Gradio's: pictures by hash, views, downloads.

Everything asks first whose it is; what belongs to somebody else is not found.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from ...errors import BadInput, UsageError
from ...media.store import Store
from ...schema import Picture
from .auth import Authentication
from .cuts import MEDIA_TYPE
from .export.files import MEDIA_TYPES as EXPORTS
from .export.files import exported
from .history import ChatHistory
from .html.components import LANGUAGES
from .tables import MEDIA_TYPES, table_file
from .viewer import Viewer

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAGE_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
_PICTURE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_FOREVER = "private, max-age=604800, immutable"
_A_WHILE = "private, max-age=600"
"""Pages of documents: one that is removed and added anew under its name is seen soon enough."""
_MAX_WORDS = 500
_WORDS = Path(__file__).parent / "languages"


def add_page_routes(
    router: APIRouter,
    authentication: Authentication,
    history: ChatHistory,
    store: Store,
    viewer: Viewer,
    examples: Sequence[Picture] = (),
) -> None:
    """Routes below /see; `examples` are everybody's to see."""
    shared = {p.sha256: p for p in examples}
    routes = _PageRoutes(authentication, history, store, viewer, shared)
    for path, route in {
        "/see/alive": routes.alive,
        "/see/words/{language}": routes.words,
        "/see/picture/{sha256}": routes.picture,
        "/see/chat/{chat}/{number:int}/{which}": routes.linked,
        "/see/cut/{chat}/{number:int}/{place:int}": routes.cut,
        "/see/laid/{chat}/{number:int}/{place:int}": routes.laid,
        "/see/page": routes.page,
        "/see/leaf": routes.leaf,
        "/see/thumb": routes.thumb,
        "/see/film": routes.film,
        "/see/contents": routes.contents,
        "/see/find": routes.find,
        "/see/tables/{kind}": routes.tables,
        "/see/export/{chat}/{kind}": routes.export,
        "/see/table/{chat}/{number:int}/{kind}": routes.table,
    }.items():
        router.add_route(path, route, methods=["GET"])


@dataclass(frozen=True)
class _PageRoutes:
    """What the routes do."""

    authentication: Authentication
    history: ChatHistory
    store: Store
    viewer: Viewer
    shared: dict[str, Picture]

    async def alive(self, request: Request) -> Response:
        """Says that the server can be reached."""
        return Response(status_code=204, headers={"cache-control": "no-store"})

    async def words(self, request: Request) -> Response:
        """The words of the interface in another language."""
        language = request.path_params["language"]
        if language not in LANGUAGES or language == "en":
            return _missing()
        return FileResponse(
            _WORDS / f"{language}.json", headers={"cache-control": "private, max-age=3600"}
        )

    async def picture(self, request: Request) -> Response:
        """A picture of the user's by its hash."""
        picture = self._picture(request.path_params["sha256"], request)
        if picture is None:
            return _missing()
        try:
            path = self.store.path(picture)
        except BadInput as error:
            return _missing(str(error))
        headers = {"cache-control": _FOREVER, "content-disposition": "inline"}
        return FileResponse(path, media_type=_PICTURE_TYPES[picture.format], headers=headers)

    async def linked(self, request: Request) -> Response:
        """What a link of a conversation points at."""
        given = request.path_params
        return await self._respond(
            request,
            lambda owner: self.viewer.linked(owner, given["chat"], given["number"], given["which"]),
        )

    async def cut(self, request: Request) -> Response:
        """The place a citation points at, small."""
        given = request.path_params
        return await self._respond(
            request,
            lambda owner: self.viewer.cut(owner, given["chat"], given["number"], given["place"]),
            media_type=MEDIA_TYPE,
        )

    async def laid(self, request: Request) -> Response:
        """The second of two that were compared, laid over the first."""
        given = request.path_params
        return await self._respond(
            request,
            lambda owner: self.viewer.laid(owner, given["chat"], given["number"], given["place"]),
            media_type=MEDIA_TYPE,
            cached=True,
        )

    async def page(self, request: Request) -> Response:
        """A page of a document."""
        query = request.query_params
        number, words = query.get("page", ""), query.get("words", "")[:_MAX_WORDS]
        if not _PAGE_NUMBER.fullmatch(number):
            return _missing()
        return await self._respond(
            request,
            lambda owner: self.viewer.page(owner, query.get("document", ""), int(number), words),
        )

    async def leaf(self, request: Request) -> Response:
        """A page of a document as a picture."""
        return await self._drawn(request, small=False)

    async def thumb(self, request: Request) -> Response:
        """A page of a document, small."""
        return await self._drawn(request, small=True)

    async def film(self, request: Request) -> Response:
        """A video, also from its middle on, as players ask for it."""
        owner = self.authentication.owner(request.cookies)
        document = request.query_params.get("document", "")
        try:
            path = None if owner is None else self.viewer.film(owner, document)
        except BadInput:
            path = None
        if path is None:
            return _missing()
        return FileResponse(path, headers={"cache-control": _A_WHILE})

    async def contents(self, request: Request) -> Response:
        """The table of contents of a document."""
        document = request.query_params.get("document", "")
        return await self._respond(request, lambda owner: self.viewer.contents(owner, document))

    async def find(self, request: Request) -> Response:
        """The pages of a document on which words stand."""
        query = request.query_params
        document, words = query.get("document", ""), query.get("words", "")[:_MAX_WORDS]
        return await self._respond(request, lambda owner: self.viewer.find(owner, document, words))

    async def export(self, request: Request) -> Response:
        """A chat as a file, or one answer of it where the query has its number."""
        chat, kind = request.path_params["chat"], request.path_params["kind"]
        number = request.query_params.get("number", "")
        if kind not in EXPORTS or (number and not _PAGE_NUMBER.fullmatch(number)):
            return _missing()

        def make(owner: str) -> str | bytes:
            title, history = self.history.title(owner, chat), self.history
            exchanges = (
                [history.exchange(owner, chat, int(number))]
                if number
                else history.exchanges(owner, chat)
            )
            return exported(kind, title, exchanges, self.store)

        name = f"looktwice-answer-{int(number) + 1}" if number else "looktwice-chat"
        return await self._respond(
            request, make, media_type=EXPORTS[kind], filename=f"{name}.{kind}"
        )

    async def table(self, request: Request) -> Response:
        """The table or list of an answer as a file."""
        given = request.path_params
        kind = given["kind"]
        if kind not in MEDIA_TYPES:
            return _missing()
        name = f"looktwice-table-{given['number'] + 1}.{kind}"
        return await self._respond(
            request,
            lambda owner: table_file(
                self.history.exchange(owner, given["chat"], given["number"]).answer, kind
            ),
            media_type=MEDIA_TYPES[kind],
            filename=name,
        )

    async def tables(self, request: Request) -> Response:
        """The tables of a document's page as a file."""
        kind, query = request.path_params["kind"], request.query_params
        document, page = query.get("document", ""), query.get("page", "")
        if kind not in MEDIA_TYPES or not _PAGE_NUMBER.fullmatch(page):
            return _missing()
        return await self._respond(
            request,
            lambda owner: self.viewer.tables(owner, document, int(page), kind),
            media_type=MEDIA_TYPES[kind],
            filename=f"looktwice-tables-page-{int(page)}.{kind}",
        )

    async def _drawn(self, request: Request, *, small: bool) -> Response:
        query = request.query_params
        document, number = query.get("document", ""), query.get("page", "")
        if not _PAGE_NUMBER.fullmatch(number):
            return _missing()
        return await self._respond(
            request,
            lambda owner: self.viewer.leaf(owner, document, int(number), small=small),
            media_type=MEDIA_TYPE,
            cached=True,
        )

    def _picture(self, sha256: str, request: Request) -> Picture | None:
        if sha256 in self.shared:
            return self.shared[sha256]
        owner = self.authentication.owner(request.cookies)
        if not owner or not _SHA256.fullmatch(sha256):
            return None
        return self.history.picture(owner, sha256)

    async def _respond(
        self,
        request: Request,
        make: Callable[[str], str | bytes],
        media_type: str | None = None,
        filename: str = "",
        *,
        cached: bool = False,
    ) -> Response:
        """What `make` makes for the owner, to be saved where it has a name; or that there is nothing."""
        owner = self.authentication.owner(request.cookies)
        if owner is None:
            return _missing()
        try:
            made = await asyncio.to_thread(make, owner)
        except (BadInput, UsageError) as error:
            return _missing(str(error))
        headers = {"cache-control": _A_WHILE if cached else "no-store"}
        if filename:
            headers["content-disposition"] = f'attachment; filename="{filename}"'
        return HTMLResponse(made, headers=headers, media_type=media_type)


def _missing(words: str = "there is nothing here") -> Response:
    return Response(words, status_code=404, media_type="text/plain")
