"""What happens on the page beside asking: chats are opened, pictures put to the next question."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...errors import BadInput
from ...media.store import Store
from ...schema import Box, Picture
from .documents_panel import DocumentsPanel
from .history import ChatHistory
from .html.components import attached_strip, chat_list, heading
from .html.messages import ChatbotMessage, chat_messages, refusal_message
from .html.prompts import prompt_menu
from .live_answers import LiveAnswers
from .prompts import PromptStore
from .session import Caller, PageSession, Updates, owned
from .uploads import remove_uploads
from .viewer import crop_of

_UNANSWERED: ChatbotMessage = refusal_message(
    "This question got no answer: the program ended meanwhile. Ask it again."
)


class Navigation:
    """Answers events that ask no question; each method gives what has to be shown anew.

    Args:
        store: holds the pictures.
        history: past chats.
        panel: the documents.
        live_answers: questions at work.
        prompts: that users kept.
        examples: pictures that everybody may ask about.
    """

    def __init__(
        self,
        store: Store,
        history: ChatHistory,
        panel: DocumentsPanel,
        live_answers: LiveAnswers,
        prompts: PromptStore,
        examples: Sequence[Picture] = (),
    ) -> None:
        self._store, self._history, self._panel = store, history, panel
        self._live_answers, self._prompts = live_answers, prompts
        self._examples = tuple(examples)

    def load(self, caller: Caller) -> Updates:
        """Somebody opened the page."""
        self._history.add_pictures(caller.owner, self._examples)
        # Not what is typed: somebody quick has begun before this arrives.
        return {
            **self._whole_page(PageSession(owner=caller.owner)),
            **self._panel.shown(caller),
            "prompts": prompt_menu(self._prompts.of(caller.owner)),
        }

    def refresh(self, caller: Caller, session: PageSession) -> Updates:
        """What stands around the conversation, after a question."""
        page = self._whole_page(owned(caller, session))
        return {name: page[name] for name in ("strip", "head", "chats")} | (
            self._panel.shown(caller)
        )

    def new_chat(self, caller: Caller) -> Updates:
        """A new chat."""
        return {**self._whole_page(PageSession(owner=caller.owner)), "log": [], "words": ""}

    def open_chat(self, caller: Caller, chat: str) -> Updates:
        """A chat of the past; somebody else's is not there."""
        try:
            exchanges = self._history.exchanges(caller.owner, chat)
        except BadInput:
            return self.new_chat(caller)
        return {
            **self._whole_page(PageSession(owner=caller.owner, chat=chat)),
            "log": chat_messages(exchanges, chat) or [_UNANSWERED],
        }

    def delete_chat(self, caller: Caller, session: PageSession, chat: str) -> Updates:
        """Remove a chat."""
        with contextlib.suppress(BadInput):
            self._history.remove(caller.owner, chat)
            self._live_answers.stop_chat(caller.owner, chat)
        session = owned(caller, session)
        left = None if session.chat == chat else session.chat
        updates = self.new_chat(caller) if left is None else {}
        return {**updates, "chats": self._chats(caller.owner, left, removed=chat)}

    def restore_chat(self, caller: Caller, session: PageSession, chat: str) -> Updates:
        """Bring back a chat that was just removed."""
        with contextlib.suppress(BadInput):
            self._history.restore(caller.owner, chat)
        return {"chats": self._chats(caller.owner, owned(caller, session).chat)}

    def rename_chat(self, caller: Caller, session: PageSession, chat: str, title: str) -> Updates:
        """Call a chat something else."""
        session = owned(caller, session)
        with contextlib.suppress(BadInput):
            self._history.rename(caller.owner, chat, title)
        page = self._whole_page(session)
        return {name: page[name] for name in ("head", "chats")}

    def search_chats(self, caller: Caller, session: PageSession, words: str) -> Updates:
        """Chats in which these words stand."""
        return {"chats": self._chats(caller.owner, owned(caller, session).chat, words[:200])}

    def edit(self, caller: Caller, session: PageSession, number: int) -> Updates:
        """Take a question back to change it."""
        session = owned(caller, session)
        if session.chat is None:
            return {}
        try:
            old = self._history.exchange(caller.owner, session.chat, number)
        except BadInput:
            return {}
        session = replace(
            session,
            attached=old.pictures,
            region=old.region,
            region_picture=first(old.pictures),
            editing=number,
        )
        return {**self._attachments(session), "words": old.question}

    def attach_photo(self, caller: Caller, session: PageSession, path: Path) -> Updates:
        """A picture from the camera."""
        session = owned(caller, session)
        try:
            picture = self._store.add(path.read_bytes(), "camera.png")
        except (BadInput, OSError):
            return {}
        finally:
            remove_uploads([path])
        self._history.add_pictures(caller.owner, [picture])
        return self._attachments(replace(session, attached=(*session.attached, picture)))

    def select_region(
        self, caller: Caller, session: PageSession, sha256: str, box: Sequence[float]
    ) -> Updates:
        """A part of a picture was drawn; the next question is about it."""
        session = owned(caller, session)
        picture = self._history.picture(caller.owner, sha256)
        if picture is None or picture.origin is not None or len(box) != 4:
            return {}
        try:
            x1, y1, x2, y2 = (float(v) for v in box)
            region = Box(x1=min(x1, x2), y1=min(y1, y2), x2=max(x1, x2), y2=max(y1, y2))
            crop_of(self._store, picture, region)
        except (ArithmeticError, ValueError, TypeError, BadInput):
            return {}
        return self._attachments(replace(session, region=region, region_picture=picture))

    def keep_prompt(self, caller: Caller, words: str) -> Updates:
        """Keep a prompt for another time."""
        self._prompts.keep(caller.owner, words)
        return {"prompts": prompt_menu(self._prompts.of(caller.owner))}

    def remove_prompt(self, caller: Caller, number: int) -> Updates:
        """Forget a prompt."""
        self._prompts.remove(caller.owner, number)
        return {"prompts": prompt_menu(self._prompts.of(caller.owner))}

    def detach(self, caller: Caller, session: PageSession, what: str) -> Updates:
        """Take something away from the next question."""
        session = owned(caller, session)
        if what == "region":
            session = replace(session, region=None, region_picture=None)
        elif what == "editing":
            session = PageSession(owner=caller.owner, chat=session.chat)
            return {**self._attachments(session), "words": ""}
        else:
            session = replace(
                session, attached=tuple(p for p in session.attached if p.sha256 != what)
            )
        return self._attachments(session)

    def _whole_page(self, session: PageSession) -> Updates:
        title = "" if session.chat is None else self._history.title(session.owner, session.chat)
        return {
            **self._attachments(session),
            "head": heading(title, session.chat),
            "chats": self._chats(session.owner, session.chat),
        }

    def _chats(self, owner: str, current: str | None, words: str = "", removed: str = "") -> str:
        running = self._live_answers.chats(owner)
        chats = self._history.find(owner, words, running)
        return chat_list(chats, current, words, removed, running)

    def _attachments(self, session: PageSession) -> Updates:
        part = session.region_picture if session.region is not None else None
        rest = [p for p in session.attached if part is None or p.sha256 != part.sha256]
        return {"strip": attached_strip(rest, part, session.editing), "session": session}


def first(pictures: Sequence[Picture]) -> Picture | None:
    """The first picture, if there is one."""
    return pictures[0] if pictures else None
