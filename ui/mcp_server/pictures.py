"""How clients of `looktwice mcp` hand over pictures: as base64, or by path from folders the user named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ...errors import BadInput
from ...media.store import Store
from ...schema import Picture
from ..http.data_url import decode_data_url


class PictureInput(BaseModel):
    """A picture: its file as base64, or a path in a folder the user has allowed."""

    model_config = ConfigDict(extra="forbid")

    base64: Annotated[str, Field(description="the picture file as base64 or data: address")] = ""
    path: Annotated[str, Field(description="or its path in a folder the user has allowed")] = ""


class PictureLoader:
    """Takes pictures in.

    Args:
        store: keeps them.
        folders: pictures in these may be named by path; none others.
    """

    def __init__(self, store: Store, folders: Sequence[Path]) -> None:
        self._store = store
        self._folders = [Path(folder).expanduser().resolve() for folder in folders]

    def load(self, given: Sequence[PictureInput]) -> tuple[Picture, ...]:
        """The pictures, checked and stored.

        Raises:
            BadInput: one cannot be used; says which and why.
        """
        limit = self._store.limits.pictures
        if len(given) > limit:
            raise BadInput("pictures", f"at most {limit} a question, got {len(given)}")
        return tuple(self._one(item, f"picture {n}") for n, item in enumerate(given, 1))

    def _one(self, given: PictureInput, label: str) -> Picture:
        if bool(given.base64) == bool(given.path):
            raise BadInput(label, "expected either base64 or path")
        if given.path:
            return self._store.add(self._allowed(given.path, label))
        address = given.base64
        if not address.startswith("data:"):
            address = f"data:image/any;base64,{''.join(address.split())}"
        return self._store.add(decode_data_url(address, label), label)

    def _allowed(self, path: str, label: str) -> Path:
        """The file, links followed, if it lies in an allowed folder; says nothing of others."""
        for folder in self._folders:
            try:
                found = (folder / path).resolve(strict=True)  # an absolute path stays itself
            except (OSError, ValueError):
                continue
            if found.is_relative_to(folder) and found.is_file():
                return found
        where = ", ".join(map(str, self._folders))
        allowed = f"files in {where} may be named" if where else "no folder is allowed"
        raise BadInput(label, f"{path[:200]!r} is not to be had by path ({allowed}); send base64")
