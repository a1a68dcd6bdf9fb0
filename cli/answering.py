"""Who answers a command: the warm program where it runs and agrees, else an assistant of this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .terminal import print_error

if TYPE_CHECKING:
    from ..agent.assistant import Assistant
    from ..agent.given_documents import ReadDocuments
    from ..schema import Event, Picture
    from ..settings import Settings
    from ..ui.service.client import Service


class Answering(Protocol):
    """What a command asks."""

    def read(self, paths: Sequence[Path]) -> ReadDocuments:
        """Read documents into an index of their own."""
        ...

    def stream(
        self,
        question: str,
        pictures: Sequence[Picture] = (),
        documents: ReadDocuments | None = None,
        session: str | None = None,
    ) -> Iterator[Event]:
        """The events of a question."""
        ...


class Warm:
    """The warm program."""

    def __init__(self, service: Service, index: Path | None) -> None:
        self._service = service
        self._index = None if index is None else str(index.expanduser().absolute())

    def read(self, paths: Sequence[Path]) -> ReadDocuments:
        """Read documents into an index of their own."""
        from ..agent.given_documents import ReadDocuments

        index, failed = self._service.read_documents(paths)
        return ReadDocuments(Path(index), tuple(failed))

    def stream(
        self,
        question: str,
        pictures: Sequence[Picture] = (),
        documents: ReadDocuments | None = None,
        session: str | None = None,
    ) -> Iterator[Event]:
        """The events of a question."""
        from ..ui.service.wire import AskRequest

        read = None if documents is None else str(documents.index)
        index = self._index if read is None else None
        return self._service.ask(
            AskRequest(
                question=question,
                pictures=tuple(pictures),
                index=index,
                read=read,
                session=session,
            )
        )


class Alone:
    """An assistant of this process."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def read(self, paths: Sequence[Path]) -> ReadDocuments:
        """Read documents into an index of their own, and show how far it is."""
        from .progress import ingest_progress

        with ingest_progress() as (control, on_progress):
            return self._assistant.read_documents(paths, control, on_progress)

    def stream(
        self,
        question: str,
        pictures: Sequence[Picture] = (),
        documents: ReadDocuments | None = None,
        session: str | None = None,
    ) -> Iterator[Event]:
        """The events of a question."""
        return self._assistant.stream(
            question, pictures, session=session, documents=documents or ()
        )


def warm_service(settings: Settings) -> Service | None:
    """The warm program; one that is there and cannot be asked is told of in a line."""
    from ..ui.service.client import Unusable, find_service

    found = find_service(settings)
    if isinstance(found, Unusable):
        print_error(f"the warm program is not asked: {found.reason}; working alone")
        return None
    return found


@contextmanager
def answering(settings: Settings, index: Path | None = None) -> Iterator[Answering]:
    """Who answers, until the end of the block."""
    if (service := warm_service(settings)) is not None:
        yield Warm(service, index)
        return
    from ..agent.assistant import Assistant

    with Assistant(settings, index=index) as assistant:
        yield Alone(assistant)
