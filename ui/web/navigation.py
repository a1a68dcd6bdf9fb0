"""What happens on the page beside asking: chats are opened, pictures put to the next question."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...errors import BadInput
from ...media.store import Store
from ...schema import Box, Picture
from .documents_panel import Panel, forget_files
from .history import History
from .html.components import attached_strip, chat_list, head_line
from .html.rendering import messages
from .session import Show, Tab, Visitor, own
from .viewer import crop_of


class Desk:
    """Answers events that ask no question; each method gives what has to be shown anew.

    Args:
        store: holds the pictures.
        history: past chats.
        panel: the documents.
        examples: pictures that everybody may ask about.
    """

    def __init__(
        self, store: Store, history: History, panel: Panel, examples: Sequence[Picture] = ()
    ) -> None:
        self._store, self._history, self._panel = store, history, panel
        self._examples = tuple(examples)

    def arrive(self, who: Visitor) -> Show:
        """Somebody opened the page."""
        self._history.keep_pictures(who.owner, self._examples)
        # Not what is typed: somebody quick has begun before this arrives.
        return {**self._at(Tab(owner=who.owner)), "documents": self._panel.listed(who)}

    def settle(self, who: Visitor, tab: Tab) -> Show:
        """What stands around the conversation, after a question."""
        at = self._at(own(who, tab))
        return {name: at[name] for name in ("head", "chats")} | {
            "documents": self._panel.listed(who)
        }

    def fresh(self, who: Visitor) -> Show:
        """A new chat."""
        return {**self._at(Tab(owner=who.owner)), "log": [], "words": ""}

    def open(self, who: Visitor, chat: str) -> Show:
        """A chat of the past; whose is not yours is not there."""
        try:
            exchanges = self._history.exchanges(who.owner, chat)
        except BadInput:
            return self.fresh(who)
        return {**self._at(Tab(owner=who.owner, chat=chat)), "log": messages(exchanges)}

    def forget(self, who: Visitor, tab: Tab, chat: str) -> Show:
        """Remove a chat."""
        with contextlib.suppress(BadInput):
            self._history.remove(who.owner, chat)
        tab = own(who, tab)
        if tab.chat == chat:
            return self.fresh(who)
        return {"chats": chat_list(self._history.chats(who.owner), tab.chat)}

    def find_chats(self, who: Visitor, tab: Tab, words: str) -> Show:
        """Chats in which these words stand."""
        found = self._history.chats(who.owner, words[:200])
        return {"chats": chat_list(found, own(who, tab).chat, words)}

    def edit(self, who: Visitor, tab: Tab, number: int) -> Show:
        """Take a question back to change it."""
        tab = own(who, tab)
        if tab.chat is None:
            return {}
        try:
            old = self._history.exchange(who.owner, tab.chat, number)
        except BadInput:
            return {}
        tab = replace(
            tab, attached=old.pictures, region=old.region, of=first(old.pictures), editing=number
        )
        return {**self._strip(tab), "words": old.question}

    def attach(self, who: Visitor, tab: Tab, path: Path) -> Show:
        """A picture from the camera."""
        tab = own(who, tab)
        try:
            picture = self._store.add(path.read_bytes(), "camera.png")
        except (BadInput, OSError):
            return {}
        finally:
            forget_files([path])
        self._history.keep_pictures(who.owner, [picture])
        return self._strip(replace(tab, attached=(*tab.attached, picture)))

    def region(self, who: Visitor, tab: Tab, sha256: str, box: Sequence[float]) -> Show:
        """A part of a picture was drawn; the next question is about it."""
        tab = own(who, tab)
        picture = self._history.picture(who.owner, sha256)
        if picture is None or picture.origin is not None or len(box) != 4:
            return {}
        try:
            x1, y1, x2, y2 = (float(v) for v in box)
            region = Box(x1=min(x1, x2), y1=min(y1, y2), x2=max(x1, x2), y2=max(y1, y2))
            crop_of(self._store, picture, region)
        except (ValueError, TypeError, BadInput):
            return {}
        return self._strip(replace(tab, region=region, of=picture))

    def drop(self, who: Visitor, tab: Tab, what: str) -> Show:
        """Take something away from the next question."""
        tab = own(who, tab)
        if what == "region":
            tab = replace(tab, region=None, of=None)
        elif what == "editing":
            tab = Tab(owner=who.owner, chat=tab.chat)
            return {**self._strip(tab), "words": ""}
        else:
            tab = replace(tab, attached=tuple(p for p in tab.attached if p.sha256 != what))
        return self._strip(tab)

    def _at(self, tab: Tab) -> Show:
        title = "" if tab.chat is None else self._history.title(tab.owner, tab.chat)
        return {
            **self._strip(tab),
            "head": head_line(title, tab.chat),
            "chats": chat_list(self._history.chats(tab.owner), tab.chat),
        }

    def _strip(self, tab: Tab) -> Show:
        part = tab.of if tab.region is not None else None
        rest = [p for p in tab.attached if part is None or p.sha256 != part.sha256]
        return {"strip": attached_strip(rest, part, tab.editing), "tab": tab}


def first(pictures: Sequence[Picture]) -> Picture | None:
    """The first picture, if there is one."""
    return pictures[0] if pictures else None
