"""Prompts that users keep."""

from __future__ import annotations

from pathlib import Path

from looktwice.ui.web.history import ChatHistory
from looktwice.ui.web.html.prompts import prompt_menu
from looktwice.ui.web.prompts import SHIPPED, PromptStore


def test_prompts_are_kept_once_for_their_owner_only(tmp_path: Path) -> None:
    history = ChatHistory(tmp_path / "chats.db")
    store = PromptStore(history, 20)
    for words in ("Find the total.", " Find the total. ", "  ", "x" * 50, SHIPPED[1][:20]):
        store.keep("ann", words)
    kept = [prompt.words for prompt in store.of("ann")]
    assert kept == [SHIPPED[1][:20], "x" * 20, "Find the total."]
    assert store.of("bob") == []
    (first,) = [prompt for prompt in store.of("ann") if prompt.words.startswith("Find")]
    store.remove("bob", first.id)
    assert len(store.of("ann")) == 3
    store.remove("ann", first.id)
    assert len(store.of("ann")) == 2
    history.close()


def test_the_menu_escapes_what_users_kept(tmp_path: Path) -> None:
    history = ChatHistory(tmp_path / "chats.db")
    store = PromptStore(history, 100)
    store.keep("ann", "<script>alert(1)</script>")
    menu = prompt_menu(store.of("ann"))
    assert "<script" not in menu
    assert menu.count("lt-unkeep") == 1
    assert menu.count("lt-prompt ") == len(SHIPPED) + 1
    history.close()
