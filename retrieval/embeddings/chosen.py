"""Which embedders an index is made and asked with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ...errors import UsageError
from ...extensions.extras import require
from ...settings import Settings
from ...weights.checkpoint import Parts, load
from ...weights.devices import device_for
from ...weights.obtain import chat_model_path
from ...weights.resolve import check_address, resolve_model
from .runtime import Once
from .text import Embedder, TextEmbedder, open_text_embedder

if TYPE_CHECKING:
    from .chat.embedder import PromptReader
    from .chat.local import Lend
    from .picture import PictureEmbedder

__all__ = ["IndexEmbedders", "open_index_embedders"]


class IndexEmbedders(NamedTuple):
    """The embedders of an index; packs may have none for pictures."""

    text: Embedder
    picture: PictureEmbedder | None


def open_index_embedders(
    settings: Settings,
    text: Embedder | None = None,
    picture: PictureEmbedder | None = None,
    lend: Lend | None = None,
) -> IndexEmbedders:
    """Those that `retrieval.texts` and `retrieval.pictures` name. Nothing is loaded or fetched yet.

    Args:
        settings: name them.
        text, picture: instead, where they are open already.
        lend: gives the chat model, where it is in this process already.

    Raises:
        UsageError: the chat model cannot be asked for vectors.
        OfflineError: it is on another machine, while offline.
    """
    from .picture import open_picture_embedder  # needs numpy, which a client of a server lacks

    lend = lend or _loaded_here(settings)
    return IndexEmbedders(
        text or _texts(settings, lend) or open_text_embedder(settings),
        picture or _pictures(settings, lend) or open_picture_embedder(settings),
    )


def _texts(settings: Settings, lend: Lend) -> TextEmbedder | None:
    reader = _reader(settings.retrieval.texts, False, settings, lend)
    if reader is None:
        return None
    from .chat.embedder import ChatTexts

    return ChatTexts(reader)


def _pictures(settings: Settings, lend: Lend) -> PictureEmbedder | None:
    reader = _reader(settings.retrieval.pictures, True, settings, lend)
    if reader is None:
        return None
    from .chat.embedder import ChatPictures

    return ChatPictures(reader)


def _reader(given: str, pictures: bool, settings: Settings, lend: Lend) -> PromptReader | None:
    """What a setting names; None for the pack's own."""
    chosen = given.strip()
    if chosen == "auto":
        return None
    if chosen != "chat":
        check_address(chosen, settings)
        return _at_server(
            chosen, settings.model_name, "", settings, pictures
        )  # the key is another's
    choice = resolve_model(settings)
    if choice.kind == "openai":
        name, key = settings.model_name or choice.served, settings.api_key.get_secret_value()
        return _at_server(choice.target, name, key, settings, pictures)
    if choice.kind != "transformers":
        raise UsageError(
            f"retrieval: {choice.name} is run by {choice.kind} here, which gives no vectors; name "
            "the address of a server that does, a model in the form of transformers, or auto"
        )
    require("embedders")
    from .chat.local import LocalReader

    bits = " in 4 bits" if choice.bits == 4 else ""
    return LocalReader(f"{choice.name}{bits}", lend)


def _at_server(
    address: str, model: str, key: str, settings: Settings, pictures: bool
) -> PromptReader:
    require("embedders")
    from .chat.server import ServerReader

    return ServerReader(address, model, key, settings.request_seconds, pictures)


def _loaded_here(settings: Settings) -> Lend:
    """Lends the chat model, loaded for vectors alone when it is first wanted."""
    parts, lock = Once(lambda: _loaded(settings)), threading.Lock()

    @contextmanager
    def lend() -> Iterator[Parts]:
        with lock:
            yield parts()

    return lend


def _loaded(settings: Settings) -> Parts:
    device = None if settings.devices.chat == "auto" else device_for("chat", settings)
    folder = str(chat_model_path(settings))
    return load(folder, None, device, None, settings.offline, resolve_model(settings).bits)
