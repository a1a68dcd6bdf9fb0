"""From the messages of a chat request to what the assistant is asked.

The server keeps nothing between requests: the messages are the conversation. Its last user message
is the question, the turns before it are handed over as history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from ...agent.state import Turn
from ...errors import BadInput
from ...media.store import Store
from ...schema import Picture
from ..http.data_url import decode_data_url
from ..http.errors import RequestError
from .request import ChatMessage, ImagePart

_CONVERSATION = 10
"""How many questions long all messages together may be."""

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the bytes of a picture's http address; raises BadInput."""


@dataclass(frozen=True)
class ParsedConversation:
    """A question with what belongs to it.

    Attributes:
        ignored: parts of the messages that had no effect, for the caller to see.
    """

    question: str
    pictures: tuple[Picture, ...]
    history: tuple[Turn, ...]
    ignored: tuple[str, ...] = ()


async def parse_messages(
    messages: Sequence[ChatMessage], store: Store, fetch: Fetch | None, most: int
) -> ParsedConversation:
    """The question of a conversation; pictures are checked and stored.

    System messages are not followed: how the assistant works is fixed, and what a program pastes
    into them must not be able to change it.

    Args:
        messages: of the request.
        store: keeps the pictures.
        fetch: gets pictures given by http address; None where that is switched off.
        most: characters of a question; all messages together may have ten times as many.

    Raises:
        RequestError: there is no question, it or the conversation is too long, or a picture cannot be
            used; names the message.
    """
    if messages[-1].role != "user":
        raise RequestError("messages: the last one must be the user's question", param="messages")
    _check_length(messages, most)
    _check_count(messages, store.limits.pictures)
    turns: list[Turn] = []
    words: list[str] = []
    pictures: list[Picture] = []
    ignored: list[str] = []
    for at, message in enumerate(messages):
        if message.role in ("system", "developer"):
            ignored.append(f"messages[{at}] ({message.role})")
        elif message.role == "assistant":
            if words or pictures:
                turns.append(_turn(words, pictures, message.text))
            words, pictures = [], []
        else:
            words += [message.text] if message.text else []
            pictures += await _pictures(at, message, store, fetch)
    if not words:
        raise RequestError(
            "messages: the last one holds no words; write a question", param="messages"
        )
    return ParsedConversation("\n".join(words), tuple(pictures), tuple(turns), tuple(ignored))


def _turn(words: Sequence[str], pictures: Iterable[Picture], answer: str) -> Turn:
    return Turn(
        question="\n".join(words) or "(a picture)",
        answer=answer,
        status="answered",
        pictures=tuple(pictures),
    )


def _check_length(messages: Sequence[ChatMessage], most: int) -> None:
    """Before any picture is decoded; the question is everything since the last answer."""
    asked = 0
    for message in reversed(messages):
        if message.role == "assistant":
            break
        asked += len(message.text) if message.role == "user" else 0
    every = sum(len(message.text) for message in messages)
    for what, letters, limit in (
        ("the question", asked, most),
        ("the conversation", every, _CONVERSATION * most),
    ):
        if letters > limit:
            raise RequestError(
                f"messages: {what} has {letters:,} characters, more than {limit:,}; leave some out",
                param="messages",
            )


def _check_count(messages: Sequence[ChatMessage], limit: int) -> None:
    count = sum(isinstance(part, ImagePart) for m in messages for part in m.content)
    if count > limit:
        raise RequestError(
            f"messages: at most {limit} pictures a conversation, got {count}", param="messages"
        )


async def _pictures(
    at: int, message: ChatMessage, store: Store, fetch: Fetch | None
) -> list[Picture]:
    found = []
    for number, part in enumerate(message.content):
        if isinstance(part, ImagePart):
            where = f"messages[{at}].content[{number}]"
            try:
                data = await _bytes(part.image_url.url, where, fetch)
                found.append(await asyncio.to_thread(store.add, data, ""))
            except BadInput as error:
                raise RequestError(f"{where}: {error.reason}", 400, "bad_picture", where) from None
    return found


async def _bytes(address: str, where: str, fetch: Fetch | None) -> bytes:
    """The picture's file; BadInput where it cannot be had."""
    if address.startswith(("http://", "https://")):
        if fetch is None:
            raise BadInput(
                where, "pictures given by address are not fetched here; send a data: address"
            )
        return await fetch(address)
    return decode_data_url(address, where)
