"""What happens on the page: each method answers one event with what has to be shown anew.

The methods know names of things to show (`Show` keys), not widgets; `chat` maps them to Gradio's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..agent.assistant import Assistant
from ..control import Control
from ..errors import BadInput, Cancelled, LooktwiceError, UsageError
from ..media import is_picture
from ..schema import Box, Picture
from .documents import Documents, safe_name
from .exchange import Exchange
from .history import History
from .lists import attached_strip, chat_list, document_list, found_list, head_line
from .people import People, Rate
from .render import Message, View, ask_message, failure, messages, past, running
from .runs import Asking, Runs, turns
from .viewer import crop_of

Show = dict[str, Any]
"""What to show anew, by name: log, busy, words, strip, head, chats, documents, tab ..."""

WHAT = "What does this picture show?"
"""Asked where somebody sends a picture without words."""


@dataclass(frozen=True)
class Tab:
    """One open page of one user.

    Attributes:
        owner: whose; a tab that another user's browser names is worth nothing.
        chat: the open conversation; None before its first answer.
        attached: pictures for the next question.
        region: the part of `of` the next question is about.
        editing: the number of the exchange the next question replaces.
    """

    owner: str = ""
    chat: str | None = None
    attached: tuple[Picture, ...] = ()
    region: Box | None = None
    of: Picture | None = None
    editing: int | None = None


@dataclass(frozen=True)
class Visitor:
    """Who caused an event, and in which tab."""

    owner: str
    id: str


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
        self.runs = Runs(assistant, self.limits)
        self._rate = Rate(self.limits.questions_per_minute, 60.0)

    # --- asking -----------------------------------------------------------------------------------

    async def ask(
        self, who: Visitor, tab: Tab, words: str, files: Sequence[Path]
    ) -> AsyncGenerator[Show]:
        """Ask what was typed, with what was added to it."""
        tab = self._own(who, tab)
        before: list[Exchange] = []
        said = words.strip()
        question = ask_message(said or WHAT, tab.attached, None, 0)
        try:
            self._check(who, said, files)
            before = await self._before(tab)
            past_log = await asyncio.to_thread(messages, before)
            pictures, others = await asyncio.to_thread(self._sort, who, files)
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
            log = [*messages(before), *([question] if said else []), failure(_sentence(error))]
            back = "" if isinstance(error, Cancelled) else words
            yield {"log": log, "busy": False, "words": back, "tab": tab}
        finally:
            await asyncio.to_thread(_forget, files)

    async def again(self, who: Visitor, tab: Tab, number: int) -> AsyncGenerator[Show]:
        """Ask question `number` once more; what followed it goes."""
        tab = self._own(who, tab)
        if tab.chat is None:
            return
        try:
            old = self.history.exchange(who.owner, tab.chat, number)
        except BadInput as error:
            yield {"log": [failure(_sentence(error))]}
            return
        tab = replace(
            tab, attached=old.pictures, editing=number, region=old.region, of=_first(old.pictures)
        )
        async for show in self.ask(who, tab, old.question, []):
            yield show

    async def example(self, who: Visitor, tab: Tab, number: int) -> AsyncGenerator[Show]:
        """Ask one of the examples."""
        if not 0 <= number < len(self.examples):
            return
        question, picture = self.examples[number]
        tab = replace(self._own(who, tab), attached=(picture,), region=None, of=None)
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

    async def _before(self, tab: Tab) -> list[Exchange]:
        """What was said before, up to the question that is changed."""
        if tab.chat is None:
            return []
        every = await asyncio.to_thread(self.history.exchanges, tab.owner, tab.chat)
        return every if tab.editing is None else every[: tab.editing]

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
        async for words, summary in self._adding(who, files):
            if summary is None:
                yield {"log": [*log, *_waiting(words)], "busy": True}
            elif summary.failed:
                reasons = "; ".join(f"{Path(p).name}: {why}" for p, why in summary.failed)
                raise BadInput("documents", reasons)
            elif summary.skipped:
                raise BadInput(files[0][1], "is no kind of picture or document that can be read")
        yield {"documents": await asyncio.to_thread(self._documents, who)}

    async def _adding(
        self, who: Visitor, files: list[tuple[Path, str]]
    ) -> AsyncGenerator[tuple[str, Any]]:
        names = ", ".join(name for _, name in files)
        state = {"words": f"Adding {names}"}

        def tell(progress: Any) -> None:
            state["words"] = (
                f"Adding {names}: {progress.files_done} of {progress.files} files, "
                f"{progress.pages} pages"
            )

        control = Control()
        work = asyncio.ensure_future(
            asyncio.to_thread(self.documents.add, who.owner, files, tell, control)
        )
        try:
            while not work.done():
                yield state["words"], None
                await asyncio.wait([work], timeout=0.3)
            yield state["words"], work.result()
        finally:
            control.cancel()

    def _quiet(
        self, who: Visitor, tab: Tab, log: list[Message], others: Sequence[tuple[Path, str]]
    ) -> Show:
        """Nothing was asked; say what was done with what came."""
        if not others:
            return {"busy": False, "tab": tab}
        said = f"{', '.join(n for _, n in others)}: added to the documents. What is your question?"
        return {"log": [*log, failure(said)], "busy": False, "words": "", "tab": tab}

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

        yield {
            "log": [*log, *running(View(), question, number)],
            "busy": True,
            "words": "",
            "strip": "",
        }
        async with contextlib.aclosing(self.runs.follow(who.owner, who.id, asking, keep)) as views:
            async for view, place in views:
                yield {"log": [*log, *running(view, question, number, place)]}
        chat, exchange = kept[0]
        tab = Tab(owner=who.owner, chat=chat)
        yield {
            "log": [*log, *past(exchange, number)],
            "busy": False,
            "tab": tab,
            "head": head_line(self.history.title(who.owner, chat), chat),
            "chats": chat_list(self.history.chats(who.owner), chat),
        }

    # --- the rest of the page ---------------------------------------------------------------------

    def arrive(self, who: Visitor) -> Show:
        """Somebody opened the page."""
        self.history.keep_pictures(who.owner, [p for _, p in self.examples])
        return {**self.fresh(who), "documents": self._documents(who)}

    def fresh(self, who: Visitor) -> Show:
        """A new chat."""
        return {**self._at(Tab(owner=who.owner)), "log": [], "words": ""}

    def open(self, who: Visitor, chat: str) -> Show:
        """A chat of the past; whose is not yours is not there."""
        try:
            exchanges = self.history.exchanges(who.owner, chat)
        except BadInput:
            return self.fresh(who)
        return {**self._at(Tab(owner=who.owner, chat=chat)), "log": messages(exchanges)}

    def forget(self, who: Visitor, tab: Tab, chat: str) -> Show:
        """Remove a chat."""
        with contextlib.suppress(BadInput):
            self.history.remove(who.owner, chat)
        tab = self._own(who, tab)
        if tab.chat == chat:
            return self.fresh(who)
        return {"chats": chat_list(self.history.chats(who.owner), tab.chat)}

    def find_chats(self, who: Visitor, tab: Tab, words: str) -> Show:
        """Chats in which these words stand."""
        found = self.history.chats(who.owner, words[:200])
        return {"chats": chat_list(found, self._own(who, tab).chat, words)}

    def edit(self, who: Visitor, tab: Tab, number: int) -> Show:
        """Take a question back to change it."""
        tab = self._own(who, tab)
        if tab.chat is None:
            return {}
        try:
            old = self.history.exchange(who.owner, tab.chat, number)
        except BadInput:
            return {}
        tab = replace(
            tab, attached=old.pictures, region=old.region, of=_first(old.pictures), editing=number
        )
        return {**self._strip(tab), "words": old.question}

    def attach(self, who: Visitor, tab: Tab, path: Path) -> Show:
        """A picture from the camera."""
        tab = self._own(who, tab)
        try:
            picture = self.assistant.store.add(path.read_bytes(), "camera.png")
        except (BadInput, OSError):
            return {}
        finally:
            _forget([path])
        self.history.keep_pictures(who.owner, [picture])
        return self._strip(replace(tab, attached=(*tab.attached, picture)))

    def region(self, who: Visitor, tab: Tab, sha256: str, box: Sequence[float]) -> Show:
        """A part of a picture was drawn; the next question is about it."""
        tab = self._own(who, tab)
        picture = self.history.picture(who.owner, sha256)
        if picture is None or picture.origin is not None or len(box) != 4:
            return {}
        try:
            x1, y1, x2, y2 = (float(v) for v in box)
            region = Box(x1=min(x1, x2), y1=min(y1, y2), x2=max(x1, x2), y2=max(y1, y2))
            crop_of(self.assistant.store, picture, region)
        except (ValueError, TypeError, BadInput):
            return {}
        return self._strip(replace(tab, region=region, of=picture))

    def drop(self, who: Visitor, tab: Tab, what: str) -> Show:
        """Take something away from the next question."""
        tab = self._own(who, tab)
        if what == "region":
            tab = replace(tab, region=None, of=None)
        elif what == "editing":
            tab = Tab(owner=who.owner, chat=tab.chat)
            return {**self._strip(tab), "words": ""}
        else:
            tab = replace(tab, attached=tuple(p for p in tab.attached if p.sha256 != what))
        return self._strip(tab)

    # --- documents --------------------------------------------------------------------------------

    async def add_documents(self, who: Visitor, files: Sequence[Path]) -> AsyncGenerator[Show]:
        """Add files of the panel, telling how far it is."""
        named = [(path, safe_name(path.name)) for path in files[: self.limits.files]]
        try:
            async for words, summary in self._adding(who, named):
                yield {"progress": words if summary is None else _summed_up(summary)}
        except LooktwiceError as error:
            yield {"progress": _sentence(error)}
        finally:
            await asyncio.to_thread(_forget, files)
        yield {"documents": await asyncio.to_thread(self._documents, who)}

    def remove_document(self, who: Visitor, name: str) -> Show:
        """Forget a document."""
        said = f"{name} is removed."
        try:
            self.documents.remove(who.owner, name)
        except LooktwiceError as error:
            said = _sentence(error)
        return {"progress": said, "documents": self._documents(who)}

    def search_documents(self, who: Visitor, words: str) -> Show:
        """Pages in which it stands."""
        try:
            return {"found": found_list(self.documents.search(who.owner, words[:500]), words[:500])}
        except LooktwiceError as error:
            return {"progress": _sentence(error)}

    # --- inside -----------------------------------------------------------------------------------

    def _documents(self, who: Visitor) -> str:
        return document_list(self.documents.listed(who.owner), self.documents.shared is not None)

    def _own(self, who: Visitor, tab: Tab) -> Tab:
        """The tab, or a new one where it is somebody else's."""
        return tab if tab.owner == who.owner else Tab(owner=who.owner)

    def _at(self, tab: Tab) -> Show:
        title = "" if tab.chat is None else self.history.title(tab.owner, tab.chat)
        return {
            **self._strip(tab),
            "head": head_line(title, tab.chat),
            "chats": chat_list(self.history.chats(tab.owner), tab.chat),
        }

    def _strip(self, tab: Tab) -> Show:
        part = tab.of if tab.region is not None else None
        rest = [p for p in tab.attached if part is None or p.sha256 != part.sha256]
        return {"strip": attached_strip(rest, part, tab.editing), "tab": tab}


def _first(pictures: Sequence[Picture]) -> Picture | None:
    return pictures[0] if pictures else None


def _waiting(words: str) -> list[Message]:
    from .safe import plain

    return [
        {
            "role": "assistant",
            "content": "",
            "metadata": {"title": plain(words) + "…", "status": "pending"},
        }
    ]


def _summed_up(summary: Any) -> str:
    parts = []
    done = len(summary.added) + len(summary.changed)
    if done:
        parts.append(f"{done} added, {summary.pages} pages")
    if summary.unchanged:
        parts.append(f"{summary.unchanged} known already")
    if summary.skipped:
        parts.append(f"{summary.skipped} of a kind that cannot be read")
    parts += [f"{Path(path).name}: {why}" for path, why in summary.failed]
    return "; ".join(parts) + "." if parts else "Nothing was added."


def _sentence(error: Exception) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _forget(files: Sequence[Path]) -> None:
    """Uploads are in the store or the documents by now."""
    for path in files:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()
