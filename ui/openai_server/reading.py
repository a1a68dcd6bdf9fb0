"""Reads the messages of a request for both interfaces: whose they are, within which limits."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from ...agent.assistant import Assistant
from ..http.api_keys import owner_of
from .attachments import Attachments, Fetch
from .files import StoredFiles
from .messages import Before, ParsedConversation, parse_messages
from .parts import ChatMessage
from .request import ResponseOptions


class RequestReader:
    """Takes requests in for one assistant.

    Args:
        assistant: its store keeps the pictures, its settings say what is allowed.
        files: what was uploaded before.
        fetch: gets files given by http address; None to refuse them.
    """

    def __init__(self, assistant: Assistant, files: StoredFiles, fetch: Fetch | None) -> None:
        settings = assistant.settings
        self._limits, self._most = settings.serve, settings.limits.question_characters
        folder = settings.home / "files" / "sent"
        self._attachments = Attachments(assistant.store, folder, files, fetch)
        self.progress = settings.serve.progress

    async def read(
        self, messages: Sequence[ChatMessage], request: Request, before: Before | None = None
    ) -> ParsedConversation:
        """The question of a conversation, see `parse_messages`."""
        return await parse_messages(
            messages,
            self._attachments,
            self._most,
            owner_of(request.scope),
            self._limits.messages,
            before,
        )

    def options(self, given: ResponseOptions) -> ResponseOptions:
        """What a caller asked for, the rest as the settings say."""
        if given.footnotes is not None:
            return given
        return given.model_copy(update={"footnotes": self._limits.footnotes})
