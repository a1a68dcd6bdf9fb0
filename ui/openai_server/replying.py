"""What a request asks for, and how it is answered: by whom, and with which of the assistant's abilities.

Everything runs in the thread of a run, between its events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...agent.assistant import Assistant
from ...control import Control
from ...prompts import render
from ...schema import Answer, AnswerReady, Event
from .formats import ReplyFormat
from .functions import FunctionCall, Offer, arguments_for, call_of
from .housekeeping import REPLY_TOKENS
from .messages import ParsedConversation


@dataclass(frozen=True)
class ReplyRequest:
    """A request, whichever interface it came through."""

    conversation: ParsedConversation
    format: ReplyFormat = field(default_factory=ReplyFormat)
    offer: Offer = field(default_factory=Offer)

    @property
    def is_record(self) -> bool:
        """Whether pictures or a document are to be read into a schema."""
        given = self.conversation.pictures or self.conversation.documents
        return bool(given) and self.format.is_record


def reply_to(
    asked: ReplyRequest, assistant: Assistant, control: Control
) -> Iterator[Event | FunctionCall]:
    """The events of a run; the last one is the answer, or the call of a client's function.

    Raises:
        LooktwiceError: as the assistant does.
    """
    said = asked.conversation
    if asked.offer.usable and (call := _call(asked, assistant, control)) is not None:
        yield call
    elif said.about_itself:
        prompt = "\n\n".join([*said.system, said.question])
        schema, tokens = asked.format.schema, REPLY_TOKENS
        yield AnswerReady(answer=assistant.complete(prompt, schema, tokens, control))
    elif asked.is_record:
        yield AnswerReady(answer=_record(asked, assistant, control))
    elif said.results and not (said.pictures or said.documents):
        prompt = render("function_results", question=said.question, results=said.told_results)
        answer = assistant.complete(prompt, None, None, control)
        yield AnswerReady(answer=asked.format.shaped(answer, assistant, control))
    else:
        yield from _ask(asked, assistant, control)


def _ask(asked: ReplyRequest, assistant: Assistant, control: Control) -> Iterator[Event]:
    said = asked.conversation
    question = said.question
    if said.results:
        question = f"{question}\n\n{said.told_results}"
    for event in assistant.stream(
        question, said.pictures, control=control, history=said.history, documents=said.documents
    ):
        if isinstance(event, AnswerReady):
            event = AnswerReady(answer=asked.format.shaped(event.answer, assistant, control))
        yield event


def _record(asked: ReplyRequest, assistant: Assistant, control: Control) -> Answer:
    said, request = asked.conversation, asked.format.record
    if said.pictures:
        return assistant.read_record(request, said.pictures, control)
    return assistant.read_record(request, said.documents[-1], control)


def _call(asked: ReplyRequest, assistant: Assistant, control: Control) -> FunctionCall | None:
    """The call that is needed; None where there is none, or it was made before."""
    said = asked.conversation
    function = asked.offer.choose(said.transcript, assistant, control)
    if function is None:
        return None
    given = said.pictures or said.documents
    read = ReplyRequest(said, ReplyFormat(function.parameters or {}, "tools"))
    if given and read.format.can_be_read:
        arguments = _record(read, assistant, control).text
    else:
        arguments = arguments_for(function, said.transcript, assistant, control)
    made = {(result.call.name, result.call.arguments) for result in said.results}
    return None if (function.name, arguments) in made else call_of(function, arguments)
