"""The menu of prompts at the box for questions, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from ..prompts import SHIPPED, KeptPrompt
from ..text import shorten
from .escaping import plain


def prompt_menu(kept: Sequence[KeptPrompt]) -> str:
    """Every prompt; a click writes it into the box. Those a user kept can be removed.

    Args:
        kept: by the user, newest first.
    """
    rows = "".join(
        f"<li>{_prompt(prompt.words, own=True)}"
        f'<button type="button" class="lt-do lt-unkeep lt-n{prompt.id}" '
        f'aria-label="Forget the prompt {plain(shorten(prompt.words, 60))}">&times;</button></li>'
        for prompt in kept
    ) + "".join(f"<li>{_prompt(words, own=False)}</li>" for words in SHIPPED)
    return (
        '<details class="lt-menu lt-prompts"><summary>Prompts</summary><div>'
        f'<ul class="lt-list">{rows}</ul>'
        '<button type="button" class="lt-do lt-keep">Keep what stands in the box</button></div></details>'
    )


def _prompt(words: str, *, own: bool) -> str:
    """One of them; a user's own is not translated."""
    kind = "lt-own" if own else ""
    return (
        f'<button type="button" class="lt-do lt-prompt {kind}" title="{plain(shorten(words, 300))}">'
        f"<span>{plain(words)}</span></button>"
    )
