"""The routes of /v1/files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import FileResponse, Response
from starlette.datastructures import UploadFile

from ...errors import BadInput
from ..http.api_keys import owner_of
from ..http.errors import RequestError
from .files import StoredFiles

_MOST_FIELDS = 16


class UploadRoutes:
    """Files of the caller's key."""

    def __init__(self, files: StoredFiles) -> None:
        self._files = files

    async def add(self, request: Request) -> dict[str, Any]:
        """Keep a file that comes as a form: `file` and `purpose`."""
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            file, purpose = form.get("file"), form.get("purpose")
            if not isinstance(file, UploadFile):
                raise RequestError("file: expected a file in a form (multipart)", param="file")
            data = await file.read()
            name = file.filename or "file"
        owner = owner_of(request.scope)
        about = str(purpose or "user_data")[:40]
        made = await asyncio.to_thread(self._files.add, data, name, about, owner)
        return made.to_json()

    async def list(self, request: Request) -> dict[str, Any]:
        """The caller's files."""
        files = await asyncio.to_thread(self._files.all, owner_of(request.scope))
        return {"object": "list", "data": [file.to_json() for file in files], "has_more": False}

    async def get(self, name: str, request: Request) -> dict[str, Any]:
        """What is known of a file."""
        with _found():
            return self._files.get(name, owner_of(request.scope)).to_json()

    async def content(self, name: str, request: Request) -> Response:
        """Its bytes, never shown by a browser as a page."""
        with _found():
            file = self._files.get(name, owner_of(request.scope))
        return FileResponse(
            file.content, media_type="application/octet-stream", filename=file.filename
        )

    async def delete(self, name: str, request: Request) -> dict[str, Any]:
        """Forget a file."""
        with _found():
            self._files.delete(name, owner_of(request.scope))
        return {"id": name, "object": "file", "deleted": True}


@contextmanager
def _found() -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        raise RequestError(error.reason, 404, "not_found") from None
