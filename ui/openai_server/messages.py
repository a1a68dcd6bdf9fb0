"""From the messages of a request to what the assistant is asked.

The messages are the conversation: the last user message is the question, the turns before it are handed
over as history. What is too old to fit is left out and told, as people go on for days in one chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...agent.state import Turn
from ...schema import Picture
from ..http.errors import RequestError
from .attachments import Attached, Attachments
from .housekeeping import quotes_a_conversation
from .parts import ChatMessage, OtherPart, SentCall

_CONVERSATION = 10
"""How many questions long all messages together may be."""


@dataclass(frozen=True)
class FunctionResult:
    """What a client's function returned."""

    call: SentCall
    text: str


@dataclass(frozen=True)
class ParsedConversation:
    """A question with what belongs to it.

    Attributes:
        documents: of the whole conversation: clients send them with every request.
        results: what functions of the client returned since the question.
        system: what system messages say; only a task about a conversation is put with them.
        ignored: parts of the messages that had no effect, for the caller to see.
    """

    question: str
    pictures: tuple[Picture, ...] = ()
    documents: tuple[Path, ...] = ()
    history: tuple[Turn, ...] = ()
    results: tuple[FunctionResult, ...] = ()
    system: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def about_itself(self) -> bool:
        """Whether it asks about a conversation, not about anything to look at."""
        return not self.pictures and quotes_a_conversation(self.question)

    @property
    def told_results(self) -> str:
        """The results of functions in words."""
        return "\n\n".join(f"{r.call.name}({r.call.arguments}):\n{r.text}" for r in self.results)

    @property
    def transcript(self) -> str:
        """The conversation in words, for who decides what comes next."""
        turns = [f"User: {t.question}\nAssistant: {t.answer}" for t in self.history[-4:]]
        now = [f"User: {self.question}"]
        now += [f"Result of {self.told_results}"] if self.results else []
        return "\n".join([*turns, *now])


@dataclass(frozen=True)
class Before:
    """What was said before a request whose client does not send it again.

    Attributes:
        open: the question that a function was called for, where its result is still missing.
        calls: of functions, by their ids.
    """

    history: tuple[Turn, ...] = ()
    documents: tuple[Path, ...] = ()
    open: ParsedConversation | None = None
    calls: tuple[SentCall, ...] = ()


@dataclass
class _Reading:
    """How far the messages were read: what the user said since the last answer."""

    words: list[str] = field(default_factory=list)
    attached: Attached = field(default_factory=Attached)
    results: list[FunctionResult] = field(default_factory=list)

    @classmethod
    def going_on(cls, question: ParsedConversation | None) -> _Reading:
        """With a question that is still open."""
        if question is None:
            return cls()
        attached = Attached(pictures=[*question.pictures])
        return cls([question.question], attached, [*question.results])

    def turn(self, answer: str) -> Turn:
        """What was said, as a turn that is over."""
        return Turn(
            question="\n".join(self.words) or "(a picture)",
            answer=answer,
            status="answered",
            pictures=tuple(self.attached.pictures),
        )


async def parse_messages(
    messages: Sequence[ChatMessage],
    attachments: Attachments,
    most: int,
    owner: str,
    longest: int,
    before: Before | None = None,
) -> ParsedConversation:
    """The question of a conversation; its files are checked and kept.

    System messages are not followed: how the assistant works is fixed, and what a program pastes
    into them must not be able to change it.

    Args:
        messages: of the request.
        attachments: takes files in.
        most: characters of a question; all messages together may have ten times as many.
        owner: whose uploads may be named.
        longest: messages that are read, the newest ones.
        before: what was said in earlier requests.

    Raises:
        RequestError: there is no question, it is too long, or a file cannot be used; names the
            message.
    """
    if messages[-1].role not in ("user", "tool", "function"):
        raise RequestError("messages: the last one must be the user's question", param="messages")
    _check_question(messages, most, attachments.most_pictures)
    first = _first_that_fits(messages, _CONVERSATION * most, longest, attachments.most_pictures)
    ignored = [f"messages[0..{first - 1}] (too old)"] if first else []
    before = before or Before()
    turns = [*before.history]
    documents: dict[Path, None] = dict.fromkeys(before.documents)
    calls = {call.id: call for call in before.calls}
    now = _Reading.going_on(before.open)
    for at, message in enumerate(messages[first:], first):
        ignored += _without_effect(at, message)
        if message.role in ("system", "developer"):
            ignored.append(f"messages[{at}] ({message.role})")
        elif message.role in ("tool", "function"):
            call = calls.get(message.call_id) or SentCall(name=message.name or "a function")
            now.results.append(FunctionResult(call, message.text))
        elif message.role == "assistant" and message.calls:
            calls |= {call.id: call for call in message.calls}
        elif message.role == "assistant":
            if now.words or now.attached.pictures:
                turns.append(now.turn(message.text))
            now = _Reading()
        else:
            now.words += [message.text] if message.text else []
            for number, part in enumerate(message.content):
                if part.type == "file":
                    where = f"messages[{at}].content[{number}]"
                    await attachments.take(part, where, owner, now.attached)
            documents |= dict.fromkeys(now.attached.documents)
    if not now.words:
        raise RequestError(
            "messages: the last one holds no words; write a question", param="messages"
        )
    return ParsedConversation(
        question="\n".join(now.words),
        pictures=tuple(now.attached.pictures),
        documents=tuple(documents),
        history=tuple(turns),
        results=tuple(now.results),
        system=tuple(m.text for m in messages if m.role in ("system", "developer") and m.text),
        ignored=tuple(ignored),
    )


def _without_effect(at: int, message: ChatMessage) -> list[str]:
    return [
        f"messages[{at}].content[{number}] ({part.kind})"
        for number, part in enumerate(message.content)
        if isinstance(part, OtherPart)
    ]


def _question_of(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The messages since the last answer in words."""
    found: list[ChatMessage] = []
    for message in reversed(messages):
        if message.role == "assistant" and not message.calls:
            break
        found.append(message)
    return found


def _check_question(messages: Sequence[ChatMessage], most: int, pictures: int) -> None:
    """Before any picture is decoded."""
    question = _question_of(messages)
    letters = sum(len(message.text) for message in question if message.role == "user")
    if letters > most and not quotes_a_conversation(question[0].text):
        raise RequestError(
            f"messages: the question has {letters:,} characters, more than {most:,}; leave some out",
            param="messages",
        )
    count = sum(len(message.files) for message in question)
    if count > pictures:
        raise RequestError(
            f"messages: at most {pictures} pictures a question, got {count}", param="messages"
        )


def _first_that_fits(
    messages: Sequence[ChatMessage], letters: int, longest: int, pictures: int
) -> int:
    """From which message on a conversation is read: what is older does not fit."""
    kept = len(_question_of(messages))
    used = sum(len(message.text) for message in messages[-kept:])
    shown = sum(len(message.files) for message in messages[-kept:])
    for message in reversed(messages[:-kept]):
        said = 0 if message.role in ("system", "developer") else len(message.text)
        used, shown = used + said, shown + len(message.files)
        if used > letters or shown > pictures or kept >= longest:
            break
        kept += 1
    return max(0, len(messages) - kept)
