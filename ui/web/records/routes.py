"""Addresses of records below /see/records: the table, one value, its page, and what is said of it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from ....errors import BadInput, LooktwiceError, UsageError
from ..auth import Authentication
from ..cuts import MEDIA_TYPE
from ..session import error_sentence
from ..tables import MEDIA_TYPES
from .library import KeptExtraction, RecordLibrary
from .overview import kept_list, records_head, state_bar
from .places import RecordPlaces
from .record_table import ROWS, record_row, record_table
from .runs import ExtractionRuns
from .value_form import value_form

_MOST_ROWS = 100_000
_NO_STORE = {"cache-control": "no-store"}
Respond = Callable[[str], Response]


def add_record_routes(
    router: APIRouter,
    authentication: Authentication,
    library: RecordLibrary,
    runs: ExtractionRuns,
    places: RecordPlaces,
) -> None:
    """Routes below /see/records; whatever belongs to somebody else is not found."""
    routes = _RecordRoutes(authentication, library, runs, places)
    one = "/see/records/{id}"
    for path, route in {
        "/see/records": routes.every,
        f"{one}/table": routes.table,
        f"{one}/state": routes.state,
        f"{one}/value": routes.value,
        f"{one}/place": routes.place,
        f"{one}/cut": routes.cut,
        f"{one}/leaf": routes.leaf,
        f"{one}/sheet/{{kind}}": routes.sheet,
    }.items():
        router.add_route(path, route, methods=["GET"])
    for path, route in {
        f"{one}/review": routes.review,
        f"{one}/run": routes.run,
        f"{one}/change": routes.change,
    }.items():
        router.add_route(path, route, methods=["POST"])


@dataclass(frozen=True)
class _RecordRoutes:
    """What the routes do."""

    authentication: Authentication
    library: RecordLibrary
    runs: ExtractionRuns
    places: RecordPlaces

    async def every(self, request: Request) -> Response:
        """The list of what is kept."""

        def make(owner: str) -> Response:
            every = self.library.every(owner)
            return _html(kept_list(every, [one.id for one in every if self._at_work(one)]))

        return await self._respond(request, make)

    async def table(self, request: Request) -> Response:
        """The whole of one extraction."""
        shown = _number(request.query_params.get("shown", ""), ROWS)

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            bar = state_bar(kept, self.runs.of(kept))
            running = "yes" if self._at_work(kept) else ""
            return _html(
                f"{records_head(kept)}"
                f'<div class="lt-records-state" data-running="{running}" data-done="{len(kept.file)}">'
                f"{bar}</div>{record_table(kept, shown)}"
            )

        return await self._respond(request, make)

    async def state(self, request: Request) -> Response:
        """How far an extraction is."""

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            told = {
                "running": self._at_work(kept),
                "done": len(kept.file),
                "bar": state_bar(kept, self.runs.of(kept)),
            }
            return JSONResponse(told, headers=_NO_STORE)

        return await self._respond(request, make)

    async def value(self, request: Request) -> Response:
        """One value, to be judged."""
        row, path = _value_of(request)

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            return _html(value_form(kept, kept.file.line(row), path))

        return await self._respond(request, make)

    async def place(self, request: Request) -> Response:
        """The page of a value, with its box."""
        row, path = _value_of(request)
        page = _number(request.query_params.get("page", ""), 0)

        def make(owner: str) -> Response:
            return _html(self.places.pane(owner, self._kept(request, owner), row, path, page))

        return await self._respond(request, make)

    async def cut(self, request: Request) -> Response:
        """The place of a value as a picture, zoomed."""
        row, path = _value_of(request)

        def make(owner: str) -> Response:
            cut = self.places.cut(owner, self._kept(request, owner), row, path)
            return Response(cut, media_type=MEDIA_TYPE, headers=_NO_STORE)

        return await self._respond(request, make)

    async def leaf(self, request: Request) -> Response:
        """A page as a picture."""
        row, _ = _value_of(request)
        page = _number(request.query_params.get("page", ""), 1)

        def make(owner: str) -> Response:
            drawn = self.places.leaf(self._kept(request, owner), row, page)
            return Response(drawn, media_type=MEDIA_TYPE, headers=_NO_STORE)

        return await self._respond(request, make)

    async def sheet(self, request: Request) -> Response:
        """All records as a file for a spreadsheet, with the values as people left them."""
        kind = request.path_params["kind"]
        if kind not in MEDIA_TYPES:
            return _refused("there is nothing here", 404)

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"records.{kind}"
                kept.file.write(path)
                named = f'attachment; filename="looktwice-records.{kind}"'
                headers = {**_NO_STORE, "content-disposition": named}
                return Response(path.read_bytes(), media_type=MEDIA_TYPES[kind], headers=headers)

        return await self._respond(request, make)

    async def review(self, request: Request) -> Response:
        """Confirm, correct or take back a value, or a line of a list; gives its row anew."""
        said = await _body(request)

        def make(owner: str) -> Response:
            kept, name = self._kept(request, owner), self.authentication.name(owner)
            row, path = _text(said, "row"), _text(said, "path")
            how = _text(said, "how")
            if how == "confirm":
                kept.file.confirm(row, path, name)
            elif how == "correct":
                try:
                    kept.file.correct(row, path, _text(said, "text"), name)
                except UsageError as error:  # the field stands above the message
                    raise UsageError(str(error).removeprefix(f"{path}: ")) from None
            elif how == "withdraw":
                kept.file.withdraw(row, path, name)
            elif how == "add":
                path = kept.file.add_line(row, path, name)
            elif how == "remove":
                kept.file.remove_line(row, path, name)
            elif how == "restore":
                kept.file.restore_line(row, path, name)
            else:
                raise UsageError("nothing that can be done with a value")
            told = {
                "path": path,
                "row": record_row(kept, kept.file.line(row)),
                "bar": state_bar(kept, self.runs.of(kept)),
            }
            return JSONResponse(told, headers=_NO_STORE)

        return await self._respond(request, make)

    async def run(self, request: Request) -> Response:
        """Stop an extraction, go on with it, or read again what failed."""
        how = _text(await _body(request), "how")

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            if how == "stop":
                self.runs.stop(kept)
            elif how in ("resume", "retry"):
                self.runs.start(owner, kept, retry_failed=how == "retry")
            return Response(status_code=204)

        return await self._respond(request, make)

    async def change(self, request: Request) -> Response:
        """Rename an extraction, or remove it."""
        said = await _body(request)

        def make(owner: str) -> Response:
            kept = self._kept(request, owner)
            if _text(said, "how") == "remove":
                self.library.remove(owner, kept.id)
                self.runs.forget(kept)
            else:
                self.library.rename(owner, kept.id, _text(said, "title"))
            return Response(status_code=204)

        return await self._respond(request, make)

    def _kept(self, request: Request, owner: str) -> KeptExtraction:
        return self.library.get(owner, request.path_params["id"])

    def _at_work(self, kept: KeptExtraction) -> bool:
        run = self.runs.of(kept)
        return run is not None and run.at_work

    async def _respond(self, request: Request, make: Respond) -> Response:
        owner = self.authentication.owner(request.cookies)
        if owner is None:
            return _refused("there is nothing here", 404)
        try:
            return await asyncio.to_thread(make, owner)
        except BadInput as error:
            return _refused(str(error), 404)
        except LooktwiceError as error:
            return _refused(error_sentence(error), 400)


def _html(text: str) -> Response:
    return HTMLResponse(text, headers=_NO_STORE)


def _refused(words: str, status: int) -> Response:
    return Response(words, status, media_type="text/plain")


def _value_of(request: Request) -> tuple[str, str]:
    query = request.query_params
    return query.get("row", ""), query.get("path", "")


def _number(text: str, default: int) -> int:
    return min(int(text), _MOST_ROWS) if text.isascii() and text.isdecimal() else default


async def _body(request: Request) -> dict[str, Any]:
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
