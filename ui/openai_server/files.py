"""/v1/files: what a client uploads once and names in its requests; each key has its own."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ...media.private import make_private
from ..http.errors import RequestError

_ABOUT, _CONTENT = "about.json", "content"


@dataclass(frozen=True)
class StoredFile:
    """An uploaded file.

    Attributes:
        content: where its bytes lie.
    """

    id: str
    filename: str
    bytes: int
    created_at: int
    purpose: str
    content: Path

    def to_json(self) -> dict[str, Any]:
        """As OpenAI describes a file."""
        about = {key: value for key, value in asdict(self).items() if key != "content"}
        return {**about, "object": "file", "status": "processed"}


class StoredFiles:
    """The uploads of all keys, each in a folder of its own.

    Args:
        folder: where they are kept.
        most: bytes of one owner's files together.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most

    def add(self, data: bytes, filename: str, purpose: str, owner: str) -> StoredFile:
        """Keep a file.

        Raises:
            RequestError: the owner's files would be too many bytes.
        """
        kept = sum(file.bytes for file in self.all(owner))
        if kept + len(data) > self._most:
            raise RequestError(
                f"files: {self._most // 2**20} MiB are kept at most; delete some first",
                413,
                "too_large",
            )
        made = StoredFile(
            id=f"file-{uuid.uuid4().hex}",
            filename=filename[:200] or "file",
            bytes=len(data),
            created_at=int(time.time()),
            purpose=purpose,
            content=Path(),
        )
        folder = self._folder / owner / made.id
        make_private(folder)
        (folder / _CONTENT).write_bytes(data)
        about = {key: value for key, value in asdict(made).items() if key != "content"}
        (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        return self._load(folder)

    def all(self, owner: str) -> list[StoredFile]:
        """An owner's files, the newest first."""
        folders = (self._folder / owner).glob("file-*")
        found = [self._load(folder) for folder in folders if (folder / _ABOUT).is_file()]
        return sorted(found, key=lambda file: (file.created_at, file.id), reverse=True)

    def get(self, name: str, owner: str) -> StoredFile:
        """A file by its id.

        Raises:
            BadInput: the owner has none of this id.
        """
        known = name.removeprefix("file-")
        folder = self._folder / owner / f"file-{known}"
        if not (known.isascii() and known.isalnum() and (folder / _ABOUT).is_file()):
            raise BadInput(name[:80], f"there is no file {name[:80]!r}")
        return self._load(folder)

    def delete(self, name: str, owner: str) -> None:
        """Forget a file.

        Raises:
            BadInput: the owner has none of this id.
        """
        shutil.rmtree(self.get(name, owner).content.parent)

    def _load(self, folder: Path) -> StoredFile:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        return StoredFile(**about, content=folder / _CONTENT)
