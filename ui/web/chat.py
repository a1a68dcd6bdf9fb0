"""Asking: from what was typed and added to an answer, shown while it grows.

`ChatHandlers` names what has to be shown (see `Updates`), not widgets; `events` maps the names to
Gradio's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ...agent.assistant import Assistant
from ...agent.batch.record_file import RecordFile
from ...errors import BadInput, Cancelled, LooktwiceError, UsageError
from ...schema import Picture
from .auth import Authentication
from .conversation import Exchange
from .documents import UserDocuments
from .documents_panel import DocumentsPanel
from .feedback import FeedbackStore
from .history import ChatHistory
from .html.messages import (
    ChatbotMessage,
    chat_messages,
    exchange_messages,
    question_message,
    refusal_message,
    running_messages,
    waiting_message,
)
from .intake import Intake
from .live_answer import LiveAnswer
from .live_answers import LiveAnswers
from .models import ModelChoices
from .navigation import Navigation, first
from .preferences import Preferences, preferred
from .prompts import PromptStore
from .question import PageQuestion, build_question
from .rate_limit import RateLimiter
from .records.form import SourceChoices
from .records.handlers import RecordHandlers
from .records.library import RecordLibrary
from .records.runs import ExtractionRuns
from .scope import NO_DOCUMENTS
from .session import Caller, PageSession, Updates, error_sentence, owned
from .uploads import NamedFile, remove_uploads

_ALL = Preferences()


class ChatHandlers:
    """The page's conversation; shared by all users, keeps nothing of theirs but in `history`.

    Args:
        assistant: who answers.
        authentication: who is who.
        history: past chats.
        documents: everybody's documents.
        examples: questions with pictures, offered where nothing was asked yet.
        records: files of records that everybody on the page reviews.
    """

    def __init__(
        self,
        assistant: Assistant,
        authentication: Authentication,
        history: ChatHistory,
        documents: UserDocuments,
        examples: Sequence[tuple[str, Picture]] = (),
        records: Sequence[RecordFile] = (),
    ) -> None:
        self.assistant, self.authentication = assistant, authentication
        self.history, self.documents, self.examples = history, documents, tuple(examples)
        self.feedback = FeedbackStore(history)
        self.limits = assistant.settings.page
        self.documents_panel = DocumentsPanel(documents, self.limits.folder_files)
        self.models = ModelChoices(assistant)
        self.live_answers = LiveAnswers(assistant, self.limits, self.models)
        self.navigation = Navigation(
            assistant.store,
            history,
            self.documents_panel,
            self.live_answers,
            PromptStore(history, self.limits.question_characters),
            [p for _, p in self.examples],
        )
        self.records = RecordHandlers(
            SourceChoices(documents, history, assistant.store),
            self.documents_panel,
            RecordLibrary(assistant.settings.home / "records", records),
            ExtractionRuns(assistant, self.limits.running),
        )
        self._intake = Intake(assistant.store, history, self.documents_panel, self.limits)
        self._rate = RateLimiter(self.limits.questions_per_minute, 60.0)

    async def ask(
        self,
        caller: Caller,
        session: PageSession,
        text: str,
        files: Sequence[Path],
        scope: Collection[str] = (),
        preferences: Preferences = _ALL,
    ) -> AsyncGenerator[Updates]:
        """Ask what was typed, with what was added to it.

        Args:
            scope: the documents that were chosen, see `scope.names_in`. Where none were, a question that
                comes with files is about these, any other about all documents.
        """
        session = owned(caller, session)
        before: list[Exchange] = []
        try:
            self._check(caller, text.strip(), files)
            before = await asyncio.to_thread(self._before, session)
            answering = self._ask(caller, session, text.strip(), files, before, scope, preferences)
            async with contextlib.aclosing(answering):
                async for updates in answering:
                    yield updates
        except LooktwiceError as error:
            typed = "" if isinstance(error, Cancelled) else text
            log = [
                *chat_messages(before, session.chat),
                refusal_message(error_sentence(error), typed),
            ]
            if text.strip():
                log.insert(-1, question_message(text.strip(), session.attached, None, 0))
            yield {"log": log, "session": session}
        finally:
            if files:
                await asyncio.to_thread(remove_uploads, files)

    async def retry(
        self,
        caller: Caller,
        session: PageSession,
        number: int,
        scope: Collection[str] = (),
        preferences: Preferences = _ALL,
    ) -> AsyncGenerator[Updates]:
        """Ask question `number` once more; what followed it goes."""
        session = owned(caller, session)
        if session.chat is None:
            return
        try:
            old = self.history.exchange(caller.owner, session.chat, number)
        except BadInput as error:
            yield {"log": [refusal_message(error_sentence(error))]}
            return
        session = replace(
            session,
            attached=old.pictures,
            editing=number,
            region=old.region,
            region_picture=first(old.pictures),
        )
        async for updates in self.ask(caller, session, old.question, [], scope, preferences):
            yield updates

    async def ask_example(
        self, caller: Caller, session: PageSession, number: int
    ) -> AsyncGenerator[Updates]:
        """Ask one of the examples."""
        if not 0 <= number < len(self.examples):
            return
        question, picture = self.examples[number]
        session = replace(
            owned(caller, session), attached=(picture,), region=None, region_picture=None
        )
        async for updates in self.ask(caller, session, question, []):
            yield updates

    async def open_chat(self, caller: Caller, chat: str) -> AsyncGenerator[Updates]:
        """A chat of the past; where its question is still at work, its answer while it grows."""
        await self.live_answers.leave(caller.owner, caller.page)
        live = self.live_answers.of(caller.owner, chat)
        shown = await asyncio.to_thread(self.navigation.open_chat, caller, chat)
        if live is None:
            yield {**shown, "busy": False}
            return
        exchanges = await asyncio.to_thread(self.history.exchanges, caller.owner, chat)
        log = await asyncio.to_thread(chat_messages, exchanges[: live.number], chat)
        yield {**shown, "log": [*log, live_question(live)], "busy": True}
        try:
            async with contextlib.aclosing(self._watch(caller, live, log)) as every:
                async for updates in every:
                    yield updates
        except LooktwiceError as error:
            refused = refusal_message(error_sentence(error), live.question.text)
            yield {"log": [*log, live_question(live), refused]}
            await asyncio.to_thread(self.history.drop_empty, caller.owner, chat)
        yield {"busy": False}

    async def new_chat(self, caller: Caller) -> Updates:
        """A new chat; what the page showed before goes on."""
        await self.live_answers.leave(caller.owner, caller.page)
        shown = await asyncio.to_thread(self.navigation.new_chat, caller)
        return {**shown, "busy": False}

    def give_feedback(
        self, caller: Caller, session: PageSession, number: int, words: str, *, good: bool
    ) -> None:
        """Keep that answer `number` of the open chat was right or wrong."""
        chat = owned(caller, session).chat
        if chat is not None:
            with contextlib.suppress(BadInput):  # the answer was replaced meanwhile
                self.feedback.give(caller.owner, chat, number, words, good=good)

    def stop(self, caller: Caller) -> bool:
        """Stop this page's question: its model, its tools, nobody else's."""
        return self.live_answers.stop(caller.owner, caller.page)

    def _check(self, caller: Caller, text: str, files: Sequence[Path]) -> None:
        limits = self.limits
        if len(text) > limits.question_characters:
            raise UsageError(
                f"this question has {len(text):,} characters; {limits.question_characters:,} are"
                " the most"
            )
        if len(files) > limits.files:
            raise UsageError(f"these are {len(files)} files; {limits.files} are the most")
        if wait := self._rate.take(caller.owner):
            raise UsageError(f"that was quick; ask again in {wait:.0f} seconds")

    def _before(self, session: PageSession) -> list[Exchange]:
        """The conversation up to the question that is changed, or all of it."""
        if session.chat is None:
            return []
        every = self.history.exchanges(session.owner, session.chat)
        return every if session.editing is None else every[: session.editing]

    async def _ask(
        self,
        caller: Caller,
        session: PageSession,
        text: str,
        files: Sequence[Path],
        before: list[Exchange],
        scope: Collection[str],
        preferences: Preferences,
    ) -> AsyncGenerator[Updates]:
        """Take the files in, then answer; without a question, only the former."""
        log = await asyncio.to_thread(chat_messages, before, session.chat)
        pictures, others = await asyncio.to_thread(self._intake.pictures, caller, files)
        pictures = [*session.attached, *pictures]
        if others:
            async for words in self._intake.documents(caller, others):
                yield {"log": [*log, waiting_message(words)]}
        if text or pictures or session.region is not None:
            pictured = bool(pictures) or session.region is not None
            meant = scope or await asyncio.to_thread(self._attached, caller, others, pictured)
            index = await asyncio.to_thread(self.documents.chosen, caller.owner, meant)
            question = await asyncio.to_thread(
                build_question, self.assistant.store, session, text, pictures, before, index
            )
            settings = preferred(self.assistant.settings, preferences)
            if not self.authentication.required:  # one's own machine
                settings = self.models.chosen(settings, preferences.model)
            question = replace(question, settings=settings)
            answer = self._answer(caller, session, question, len(before), log)
            async with contextlib.aclosing(answer):
                async for updates in answer:
                    yield updates
        elif others:
            names = ", ".join(file.name for file in others)
            added = f"{names}: added to the documents. What is your question?"
            yield {"log": [*log, refusal_message(added)], "session": session}
        else:
            yield {"session": session}

    def _attached(
        self, caller: Caller, files: Sequence[NamedFile], pictured: bool
    ) -> Collection[str]:
        """The documents that are meant where none were chosen: what came with the question, else all."""
        return self.documents.names_of(caller.owner, files) or ((NO_DOCUMENTS,) if pictured else ())

    async def _answer(
        self,
        caller: Caller,
        session: PageSession,
        question: PageQuestion,
        number: int,
        log: list[ChatbotMessage],
    ) -> AsyncGenerator[Updates]:
        """The answer while it grows; at its end it is part of the chat."""
        history, owner = self.history, caller.owner
        chat = await asyncio.to_thread(self._chat_of, session, question.text)

        def save(exchange: Exchange) -> None:
            if session.editing is not None:
                history.truncate(owner, chat, session.editing)
            history.add(owner, chat, exchange)

        try:
            live = self.live_answers.start(owner, chat, number, question, save)
        except LooktwiceError:
            if session.chat is None:
                await asyncio.to_thread(history.drop_empty, owner, chat)
            raise
        try:
            async with contextlib.aclosing(self._watch(caller, live, log)) as every:
                async for updates in every:
                    yield updates
        except LooktwiceError:
            await asyncio.to_thread(history.drop_empty, owner, chat)
            raise

    def _chat_of(self, session: PageSession, question: str) -> str:
        """The open chat, or a new one."""
        return session.chat or self.history.begin(session.owner, question)

    async def _watch(
        self, caller: Caller, live: LiveAnswer, log: list[ChatbotMessage]
    ) -> AsyncGenerator[Updates]:
        """An answer while it grows, and whole at its end; `log` is the chat before it."""
        shown = live_question(live)
        yield {
            "log": [*log, *running_messages(live.progress, shown, live.number, live.place)],
            "session": PageSession(owner=caller.owner, chat=live.chat),
        }
        async with contextlib.aclosing(self.live_answers.watch(caller.page, live)) as changes:
            async for progress, place in changes:
                yield {"log": [*log, *running_messages(progress, shown, live.number, place)]}
        if live.exchange is not None:
            yield {"log": [*log, *exchange_messages(live.exchange, live.number, live.chat)]}


def live_question(live: LiveAnswer) -> ChatbotMessage:
    """The question of an answer that is under way."""
    question = live.question
    return question_message(
        question.text, question.pictures, question.region, live.number, live.chat
    )
