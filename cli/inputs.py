"""What a question is about, as people name it: files, folders, patterns, `-` for standard input, addresses.

Each that cannot be used is named on standard error and costs only itself.
"""

from __future__ import annotations

import asyncio
import glob
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadInput
from .terminal import print_error

if TYPE_CHECKING:
    from ..media.store import Store
    from ..schema import Picture
    from ..settings import Settings

STANDARD_INPUT = "-"
_PATTERN = "*?["
_ADDRESS = ("http://", "https://")


@dataclass
class Inputs:
    """What was found.

    Attributes:
        documents: paths of files that are read, and of folders.
        failed: how many inputs cannot be used.
    """

    pictures: list[Picture] = field(default_factory=list)
    documents: list[Path] = field(default_factory=list)
    failed: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to ask about."""
        return bool(self.pictures or self.documents)


class InputReader:
    """Takes inputs in.

    Args:
        settings: what a picture may measure, and where the data folder is.
        store: keeps the pictures.
        fetch: whether files may be got by their addresses.
    """

    def __init__(self, settings: Settings, store: Store, fetch: bool = False) -> None:
        self._settings, self._store, self._fetch = settings, store, fetch

    def read(self, words: list[str], clipboard: bool = False) -> Inputs:
        """All that was named, and the picture of the clipboard."""
        found = Inputs()
        if clipboard:
            self._guarded(found, "clipboard", self._clipboard)
        for word in words:
            self._guarded(found, word, self._word)
        return found

    def _guarded(self, found: Inputs, word: str, read: Callable[[str, Inputs], None]) -> None:
        try:
            read(word, found)
        except BadInput as error:
            found.failed += 1
            print_error(str(error))

    def _word(self, word: str, found: Inputs) -> None:
        if word == STANDARD_INPUT:
            self._bytes(sys.stdin.buffer.read(), "standard input", found)
        elif word.startswith(_ADDRESS):
            self._bytes(self._fetched(word), word.rstrip("/").rpartition("/")[2], found)
        else:
            for path in _paths(word):
                self._path(path, found)

    def _path(self, path: Path, found: Inputs) -> None:
        from ..media.formats import sniff
        from ..retrieval.loaders.registry import promised_kind

        if path.is_dir():
            self._folder(path, found)
        elif promised_kind(path) in (None, "picture") and not path.is_file():
            found.pictures.append(self._store.add(path))  # says what is wrong with it
        elif promised_kind(path) == "picture" or sniff(_head(path)) is not None:
            found.pictures.append(self._store.add(path))
        else:
            found.documents.append(path)

    def _folder(self, folder: Path, found: Inputs) -> None:
        """A folder of pictures is looked at, any other one is read."""
        from ..retrieval.loaders.registry import promised_kind
        from ..retrieval.loaders.walk import Walk

        files = [one.path for one in Walk([folder]).files()]
        if not files:
            raise BadInput(str(folder), "holds nothing that can be read")
        pictures = all(promised_kind(path) == "picture" for path in files)
        if pictures and len(files) <= self._settings.media.pictures:
            for path in files:
                self._guarded(found, str(path), lambda word, into: self._path(Path(word), into))
        else:
            found.documents.append(folder)

    def _bytes(self, data: bytes, name: str, found: Inputs) -> None:
        """A file that came without a path: kept where documents of questions are."""
        from ..media.formats import sniff
        from ..media.private import make_private

        if not data:
            raise BadInput(name, "there was nothing")
        if sniff(data) is not None:
            found.pictures.append(self._store.add(data, name))
            return
        folder = self._settings.home / "files" / "sent" / sha256(data).hexdigest()[:24]
        make_private(folder)
        path = folder / _file_name(name, data)
        path.write_bytes(data)
        found.documents.append(path)

    def _fetched(self, address: str) -> bytes:
        from ..extensions.extras import require

        if not self._fetch or self._settings.offline:
            raise BadInput(address, "files are got by address only with --fetch, and not offline")
        require("serve")
        from ..ui.http.fetching import FileFetcher

        return asyncio.run(FileFetcher(self._settings.serve)(address))

    def _clipboard(self, word: str, found: Inputs) -> None:
        from PIL import Image, ImageGrab

        try:
            held = ImageGrab.grabclipboard()
        except (OSError, NotImplementedError) as error:
            raise BadInput(word, f"cannot be read here ({error})") from None
        if isinstance(held, Image.Image):
            found.pictures.append(self._store.add(held, "clipboard"))
        elif isinstance(held, list):
            for name in held:
                self._path(Path(name), found)
        else:
            raise BadInput(word, "holds no picture and no file")


def _paths(word: str) -> list[Path]:
    """The file of this name, or those that a pattern means where the shell left it as it is."""
    path = Path(word).expanduser()
    if path.exists() or not any(sign in word for sign in _PATTERN):
        return [path]
    found = sorted(glob.glob(str(path), recursive=True))
    if not found:
        raise BadInput(word, "fits no file")
    return [Path(name) for name in found]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(512)
    except OSError as error:
        raise BadInput(str(path), f"cannot be read ({error.strerror})") from None


def _file_name(name: str, data: bytes) -> str:
    """A name whose ending says what it is; what has none is text, or told by its first bytes."""
    clean = "".join(c if c.isalnum() or c in "._- " else "_" for c in name)[-80:].lstrip(".")
    if "." in clean:
        return clean
    return f"{clean}.pdf" if data.startswith(b"%PDF") else f"{clean}.txt"
