"""Asking: from what was typed and added to an answer, shown while it grows.

`Talk` names what has to be shown (see `Show`), not widgets; `wire` maps the names to Gradio's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

from ...agent.assistant import Assistant
from ...errors import BadInput, Cancelled, LooktwiceError, UsageError
from ...media.formats import is_picture
from ...schema import Picture
from .auth import People, Rate
from .conversation import Exchange
from .documents import Documents, safe_name
from .documents_panel import Panel, forget_files
from .history import History
from .html.rendering import Message, View, ask_message, failure, messages, past, running, waiting
from .navigation import Desk, first
from .runs import Asking, Runs, turns
from .session import Show, Tab, Visitor, own, sentence
from .viewer import crop_of

WHAT = "What does this picture show?"
"""Asked where somebody sends a picture without words."""


class Talk:
    """The page's conversation; shared by all users, keeps nothing of theirs but in `history`.

    Args:
        assistant: who answers.
        people: who is who.
        history: past chats.
        documents: everybody's documents.
        examples: questions with pictures, offered where nothing was asked yet.
    """

    def __init__(
        self,
        assistant: Assistant,
        people: People,
        history: History,
        documents: Documents,
        examples: Sequence[tuple[str, Picture]] = (),
    ) -> None:
        self.assistant, self.people = assistant, people
        self.history, self.documents, self.examples = history, documents, tuple(examples)
        self.limits = assistant.settings.page
        self.panel = Panel(documents, self.limits.files)
        self.desk = Desk(assistant.store, history, self.panel, [p for _, p in self.examples])
        self.runs = Runs(assistant, self.limits)
        self._rate = Rate(self.limits.questions_per_minute, 60.0)

    async def ask(
        self, who: Visitor, tab: Tab, words: str, files: Sequence[Path]
    ) -> AsyncGenerator[Show]:
        """Ask what was typed, with what was added to it."""
        tab = own(who, tab)
        before: list[Exchange] = []
        said = words.strip()
        question = ask_message(said or WHAT, tab.attached, None, 0)
        try:
            self._check(who, said, files)
            before, past_log = await asyncio.to_thread(self._before, tab)
            pictures, others = (
                await asyncio.to_thread(self._sort, who, files) if files else ([], [])
            )
            pictures = [*tab.attached, *pictures]
            if others:
                async for show in self._take_in(who, past_log, others):
                    yield show
            if not said and not pictures and tab.region is None:
                yield self._quiet(who, tab, past_log, others)
                return
            asking = await asyncio.to_thread(self._asking, who, tab, said, pictures, before)
            async for show in self._run(who, tab, asking, before, past_log):
                yield show
        except LooktwiceError as error:
            back = "" if isinstance(error, Cancelled) else words
            refused = failure(sentence(error), back)
            log = [*messages(before), *([question] if said else []), refused]
            yield {"log": log, "tab": tab}
        finally:
            if files:
                await asyncio.to_thread(forget_files, files)

    async def again(self, who: Visitor, tab: Tab, number: int) -> AsyncGenerator[Show]:
        """Ask question `number` once more; what followed it goes."""
        tab = own(who, tab)
        if tab.chat is None:
            return
        try:
            old = self.history.exchange(who.owner, tab.chat, number)
        except BadInput as error:
            yield {"log": [failure(sentence(error))]}
            return
        tab = replace(
            tab, attached=old.pictures, editing=number, region=old.region, of=first(old.pictures)
        )
        async for show in self.ask(who, tab, old.question, []):
            yield show

    async def example(self, who: Visitor, tab: Tab, number: int) -> AsyncGenerator[Show]:
        """Ask one of the examples."""
        if not 0 <= number < len(self.examples):
            return
        question, picture = self.examples[number]
        tab = replace(own(who, tab), attached=(picture,), region=None, of=None)
        async for show in self.ask(who, tab, question, []):
            yield show

    def stop(self, who: Visitor) -> bool:
        """Stop this tab's question: its model, its tools, nobody else's."""
        return self.runs.stop(who.owner, who.id)

    def _check(self, who: Visitor, said: str, files: Sequence[Path]) -> None:
        if len(said) > self.limits.question_characters:
            most = self.limits.question_characters
            raise UsageError(f"this question has {len(said):,} characters; {most:,} are the most")
        if len(files) > self.limits.files:
            raise UsageError(f"these are {len(files)} files; {self.limits.files} are the most")
        if wait := self._rate.take(who.owner):
            raise UsageError(f"that was quick; ask again in {wait:.0f} seconds")

    def _before(self, tab: Tab) -> tuple[list[Exchange], list[Message]]:
        """What was said before, up to the question that is changed, and how it is shown."""
        if tab.chat is None:
            return [], []
        every = self.history.exchanges(tab.owner, tab.chat)
        before = every if tab.editing is None else every[: tab.editing]
        return before, messages(before)

    def _sort(
        self, who: Visitor, files: Sequence[Path]
    ) -> tuple[list[Picture], list[tuple[Path, str]]]:
        """Pictures go to the store, everything else to the documents."""
        pictures, others = [], []
        for path in files:
            name = safe_name(path.name)
            try:
                size = path.stat().st_size
                if size > self.limits.upload_bytes:
                    most = self.limits.upload_bytes / 2**20
                    raise BadInput(name, f"is larger than {most:.0f} MB")
                with path.open("rb") as file:
                    seen = is_picture(file.read(64))
                if seen:
                    pictures.append(self.assistant.store.add(path.read_bytes(), name))
                else:
                    others.append((path, name))
            except OSError:
                raise BadInput(name, "is not here any more; add it again") from None
        self.history.keep_pictures(who.owner, pictures)
        return pictures, others

    async def _take_in(
        self, who: Visitor, log: list[Message], files: list[tuple[Path, str]]
    ) -> AsyncGenerator[Show]:
        """Add dropped documents, telling how far it is; raises where nothing could be read."""
        async for words, summary in self.panel.adding(who, files):
            if summary is None:
                yield {"log": [*log, waiting(words)]}
            elif summary.failed:
                reasons = "; ".join(f"{Path(p).name}: {why}" for p, why in summary.failed)
                raise BadInput("documents", reasons)
            elif summary.skipped:
                raise BadInput(files[0][1], "is no kind of picture or document that can be read")

    def _quiet(
        self, who: Visitor, tab: Tab, log: list[Message], others: Sequence[tuple[Path, str]]
    ) -> Show:
        """Nothing was asked; say what was done with what came."""
        if not others:
            return {"tab": tab}
        said = f"{', '.join(n for _, n in others)}: added to the documents. What is your question?"
        return {"log": [*log, failure(said)], "tab": tab}

    def _asking(
        self,
        who: Visitor,
        tab: Tab,
        said: str,
        pictures: list[Picture],
        before: Sequence[Exchange],
    ) -> Asking:
        """The question with its pictures, its region, its documents and what was said before."""
        region, given = tab.region, tuple(pictures)
        if region is not None and tab.of is not None:
            given = (tab.of, *(p for p in given if p.sha256 != tab.of.sha256))
            asked = (crop_of(self.assistant.store, tab.of, region), *given[1:])
        elif not given and before and before[-1].region is not None:
            given = asked = before[-1].pictures  # the part was meant once, not for ever
        else:
            region, asked = None, given
        return Asking(
            question=said or WHAT,
            pictures=given,
            region=region,
            asked=asked,
            history=turns(before),
            index=self.documents.index(who.owner),
        )

    async def _run(
        self,
        who: Visitor,
        tab: Tab,
        asking: Asking,
        before: Sequence[Exchange],
        log: list[Message],
    ) -> AsyncGenerator[Show]:
        number = len(before)
        question = ask_message(asking.question, asking.pictures, asking.region, number)
        kept: list[tuple[str, Exchange]] = []

        def keep(exchange: Exchange) -> None:
            if tab.chat is not None and tab.editing is not None:
                self.history.cut(who.owner, tab.chat, tab.editing)
            kept.append((self.history.add(who.owner, tab.chat, exchange), exchange))

        yield {"log": [*log, *running(View(), question, number)]}
        async with contextlib.aclosing(self.runs.follow(who.owner, who.id, asking, keep)) as views:
            async for view, place in views:
                yield {"log": [*log, *running(view, question, number, place)]}
        chat, exchange = kept[0]
        tab = Tab(owner=who.owner, chat=chat)
        yield {"log": [*log, *past(exchange, number)], "tab": tab}
