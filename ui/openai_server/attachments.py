"""Pictures and documents of a request: taken in, checked, and kept where the assistant finds them."""

from __future__ import annotations

import asyncio
import mimetypes
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ...errors import BadInput
from ...media.formats import sniff
from ...media.names import safe_name
from ...media.private import make_private
from ...media.store import Store
from ...schema import Picture
from ..http.data_url import decode_data_url
from ..http.errors import RequestError
from .files import StoredFiles
from .parts import FilePart

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the bytes behind an http address; raises BadInput."""


@dataclass
class Attached:
    """What was attached to a message."""

    pictures: list[Picture] = field(default_factory=list)
    documents: list[Path] = field(default_factory=list)


class Attachments:
    """Takes in the files of messages.

    Args:
        store: keeps pictures.
        folder: keeps documents, each in a folder named after its content.
        files: what was uploaded before.
        fetch: gets files given by http address; None where that is switched off.
    """

    def __init__(
        self, store: Store, folder: Path, files: StoredFiles, fetch: Fetch | None = None
    ) -> None:
        self._store, self._folder, self._files, self._fetch = store, folder, files, fetch
        self.most_pictures = store.limits.pictures

    async def take(self, part: FilePart, where: str, owner: str, into: Attached) -> None:
        """Add a file to what was attached.

        Args:
            part: of the message.
            where: its place in the request, for messages.
            owner: whose uploads may be named.
            into: gets the picture or the document.

        Raises:
            RequestError: it cannot be used.
        """
        try:
            data, name = await self._bytes(part, where, owner)
            if sniff(data) is not None or _claims_picture(part.address):
                into.pictures.append(await asyncio.to_thread(self._store.add, data, name))
            else:
                into.documents.append(await asyncio.to_thread(self._keep, data, name))
        except BadInput as error:
            kind = "bad_file" if part.name or part.id else "bad_picture"
            raise RequestError(f"{where}: {error.reason}", 400, kind, where) from None

    async def _bytes(self, part: FilePart, where: str, owner: str) -> tuple[bytes, str]:
        if part.id:
            stored = await asyncio.to_thread(self._files.get, part.id, owner)
            return await asyncio.to_thread(stored.content.read_bytes), stored.filename
        address = part.address
        if address.startswith(("http://", "https://")):
            if self._fetch is None:
                raise BadInput(
                    where, "files given by address are not fetched here; send a data: address"
                )
            return await self._fetch(address), part.name
        if part.name and address and not address.startswith("data:"):
            address = f"data:application/octet-stream;base64,{address}"  # clients send it bare, too
        data = decode_data_url(address, where)
        return data, part.name or _name_by_type(address)

    def _keep(self, data: bytes, name: str) -> Path:
        folder = self._folder / sha256(data).hexdigest()[:24]
        path = folder / safe_name(name, "document")
        if path.is_file():
            os.utime(path)  # `clean` goes by when it was used last
        else:
            make_private(folder)
            path.write_bytes(data)
            path.chmod(0o600)
        return path


def _claims_picture(address: str) -> bool:
    """Whether a `data:` address says it is a picture: what is none is refused as such."""
    return address.startswith("data:image/")


def _name_by_type(address: str) -> str:
    """A name whose ending says what a `data:` address says of itself."""
    kind = address[5:100].partition(";")[0].partition(",")[0]
    if kind.startswith("image/"):
        return ""
    return f"document{mimetypes.guess_extension(kind) or ''}"
