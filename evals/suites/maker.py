"""What generators make tasks with: one seeded source of chance and one folder for their files."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..task import Task
from .paper import worn


@dataclass(frozen=True)
class Maker:
    """Chance and a place for files.

    Attributes:
        root: folder of the suite.
        rng: seeded; nothing else may decide anything, and no decision may depend on `wanted`.
        wanted: the files to save, since saving is what costs; None saves nothing at all, so
            that tasks can be chosen first.
        prefix: put before the names of files, which are relative to the root.
    """

    root: Path
    rng: random.Random
    wanted: frozenset[str] | None = None
    prefix: str = ""

    def under(self, name: str) -> Maker:
        """A maker whose files go to a folder of that name."""
        return replace(self, prefix=f"{self.prefix}{name}/")

    def picture(
        self, image: Image.Image, name: str, about: dict[str, str] | None = None, **how: Any
    ) -> str:
        """Save a picture as a camera would give it; gives its name without the prefix.

        `about` becomes text chunks of a PNG.
        """
        wear = random.Random(self.rng.getrandbits(32))
        if self.wanted is None or self.prefix + name not in self.wanted:
            return name
        if about is not None:
            chunks = PngInfo()
            for key, words in about.items():
                chunks.add_itxt(key, words)
            how["pnginfo"] = chunks
        worn(image, wear).save(self._path(name), **how)
        return name

    def file(self, data: bytes | str, name: str) -> str:
        """Save any other file; gives its name without the prefix."""
        if self.wanted is not None:
            self._path(name).write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        return name

    def wants(self, name: str) -> bool:
        """Whether a file is to be made; other files are made whether or not a task has them."""
        return self.wanted is not None and self.prefix + name in self.wanted

    def _path(self, name: str) -> Path:
        path = self.root / (self.prefix + name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


Generator = Callable[[Maker], list[Task]]
"""Makes tasks, each answerable one beside its unanswerable twin where it has one."""
