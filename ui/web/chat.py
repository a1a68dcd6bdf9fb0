"""Asking: from what was typed and added to an answer, shown while it grows.

`ChatHandlers` names what has to be shown (see `Updates`), not widgets; `events` maps the names to
Gradio's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

from ...agent.assistant import Assistant
from ...errors import BadInput, Cancelled, LooktwiceError, UsageError
from ...schema import Picture
from .auth import Authentication
from .conversation import Exchange
from .documents import UserDocuments
from .documents_panel import DocumentsPanel
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
from .live_answers import LiveAnswers
from .navigation import Navigation, first
from .progress import AnswerProgress
from .question import PageQuestion, build_question
from .rate_limit import RateLimiter
from .session import Caller, PageSession, Updates, error_sentence, owned
from .uploads import NamedFile, gone, remove_uploads, split_uploads


class ChatHandlers:
    """The page's conversation; shared by all users, keeps nothing of theirs but in `history`.

    Args:
        assistant: who answers.
        authentication: who is who.
        history: past chats.
        documents: everybody's documents.
        examples: questions with pictures, offered where nothing was asked yet.
    """

    def __init__(
        self,
        assistant: Assistant,
        authentication: Authentication,
        history: ChatHistory,
        documents: UserDocuments,
        examples: Sequence[tuple[str, Picture]] = (),
    ) -> None:
        self.assistant, self.authentication = assistant, authentication
        self.history, self.documents, self.examples = history, documents, tuple(examples)
        self.limits = assistant.settings.page
        self.documents_panel = DocumentsPanel(documents, self.limits.files)
        self.navigation = Navigation(
            assistant.store, history, self.documents_panel, [p for _, p in self.examples]
        )
        self.live_answers = LiveAnswers(assistant, self.limits)
        self._rate = RateLimiter(self.limits.questions_per_minute, 60.0)

    async def ask(
        self, caller: Caller, session: PageSession, text: str, files: Sequence[Path]
    ) -> AsyncGenerator[Updates]:
        """Ask what was typed, with what was added to it."""
        session = owned(caller, session)
        before: list[Exchange] = []
        try:
            self._check(caller, text.strip(), files)
            before = await asyncio.to_thread(self._before, session)
            answering = self._ask(caller, session, text.strip(), files, before)
            async with contextlib.aclosing(answering):
                async for updates in answering:
                    yield updates
        except LooktwiceError as error:
            typed = "" if isinstance(error, Cancelled) else text
            log = [*chat_messages(before), refusal_message(error_sentence(error), typed)]
            if text.strip():
                log.insert(-1, question_message(text.strip(), session.attached, None, 0))
            yield {"log": log, "session": session}
        finally:
            if files:
                await asyncio.to_thread(remove_uploads, files)

    async def retry(
        self, caller: Caller, session: PageSession, number: int
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
        async for updates in self.ask(caller, session, old.question, []):
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
    ) -> AsyncGenerator[Updates]:
        """Take the files in, then answer; without a question, only the former."""
        log = await asyncio.to_thread(chat_messages, before)
        pictures, others = await asyncio.to_thread(self._store_pictures, caller, files)
        pictures = [*session.attached, *pictures]
        if others:
            async for updates in self._add_documents(caller, log, others):
                yield updates
        if text or pictures or session.region is not None:
            index = await asyncio.to_thread(self.documents.index, caller.owner)
            question = await asyncio.to_thread(
                build_question, self.assistant.store, session, text, pictures, before, index
            )
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

    def _store_pictures(
        self, caller: Caller, paths: Sequence[Path]
    ) -> tuple[list[Picture], list[NamedFile]]:
        """Pictures, which go to the store, and all other files."""
        found, others = split_uploads(paths, self.limits.upload_bytes)
        pictures = []
        for file in found:
            try:
                data = file.path.read_bytes()
            except OSError:
                raise gone(file) from None
            pictures.append(self.assistant.store.add(data, file.name))
        if pictures:
            self.history.add_pictures(caller.owner, pictures)
        return pictures, others

    async def _add_documents(
        self, caller: Caller, log: list[ChatbotMessage], files: list[NamedFile]
    ) -> AsyncGenerator[Updates]:
        """Add dropped documents, showing how far it is; raises where nothing could be read."""
        async for words, summary in self.documents_panel.adding(caller, files):
            if summary is None:
                yield {"log": [*log, waiting_message(words)]}
            elif summary.failed:
                reasons = "; ".join(f"{Path(p).name}: {why}" for p, why in summary.failed)
                raise BadInput("documents", reasons)
            elif summary.skipped:
                raise BadInput(files[0].name, "is no kind of picture or document that can be read")

    async def _answer(
        self,
        caller: Caller,
        session: PageSession,
        question: PageQuestion,
        number: int,
        log: list[ChatbotMessage],
    ) -> AsyncGenerator[Updates]:
        """The answer while it grows; at its end it is part of the chat."""
        shown = question_message(question.text, question.pictures, question.region, number)
        saved: list[tuple[str, Exchange]] = []

        def save(exchange: Exchange) -> None:
            if session.chat is not None and session.editing is not None:
                self.history.truncate(caller.owner, session.chat, session.editing)
            saved.append((self.history.add(caller.owner, session.chat, exchange), exchange))

        yield {"log": [*log, *running_messages(AnswerProgress(), shown, number)]}
        async with contextlib.aclosing(
            self.live_answers.follow(caller.owner, caller.page, question, save)
        ) as changes:
            async for progress, place in changes:
                yield {"log": [*log, *running_messages(progress, shown, number, place)]}
        chat, exchange = saved[0]
        yield {
            "log": [*log, *exchange_messages(exchange, number)],
            "session": PageSession(owner=caller.owner, chat=chat),
        }
