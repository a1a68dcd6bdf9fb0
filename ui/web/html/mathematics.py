r"""Formulas of an answer: found by the reader of Markdown, drawn in the browser by Gradio's KaTeX.

`$x$` and `\(x\)` stand in a line, `$$x$$` and `\[x\]` by themselves; amounts of money are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

Draw = Callable[[str, bool], str]
"""A formula in TeX, and whether it stands by itself, as HTML."""

SIGNS = "\ue002\ue003\ue004\ue005"
"""Private signs around formulas on their way to KaTeX: a pair for those in a line, one for the others."""
KATEX_DELIMITERS = [
    {"left": SIGNS[2], "right": SIGNS[3], "display": True},
    {"left": SIGNS[0], "right": SIGNS[1], "display": False},
]
_BRACKETS = {"\\(": ("\\)", "math_inline"), "\\[": ("\\]", "math_inline_double")}
_TEX = re.compile(r"[\\^_={}+]")
_LONGEST = 2_000
"""Characters of a formula in brackets; an opening bracket looks no further for its other half."""


def read_formulas(reader: MarkdownIt) -> MarkdownIt:
    """Teach a reader of Markdown what formulas are; how they are drawn is `env["draw"]`."""
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    dollarmath_plugin(
        reader, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    reader.inline.ruler.before("escape", "math_brackets", _in_brackets)
    for name in ("math_inline", "math_inline_double", "math_block"):
        reader.add_render_rule(name, _render)
    return reader


def for_katex(tex: str, display: bool) -> str:
    """A formula, already escaped, between the signs that KaTeX is told to look for."""
    signs = SIGNS[2:] if display else SIGNS[:2]
    return f"{signs[0]}{tex}{signs[1]}"


def as_code(tex: str, display: bool) -> str:
    """A formula as it was written."""
    return f"<code>{tex}</code>"


def _render(renderer: Any, tokens: Any, at: int, options: Any, env: dict[str, Any]) -> str:
    kind, tex = tokens[at].type, tokens[at].content.strip()
    if tokens[at].markup == "$" and tex[0].isdigit() and not _TEX.search(tex):
        return escape(f"${tex}$")  # "from $5 to US$ 6"
    drawn: str = env["draw"](tex, kind != "math_inline")
    return f"<p>{drawn}</p>" if kind == "math_block" else drawn


def _in_brackets(state: StateInline, silent: bool) -> bool:
    r"""The rule for `\(x\)` and `\[x\]`."""
    begin = state.pos + 2
    close, kind = _BRACKETS.get(state.src[state.pos : begin], ("", ""))
    end = state.src.find(close, begin, begin + _LONGEST) if close else -1
    if end < 0 or not state.src[begin:end].strip():
        return False
    if not silent:
        token = state.push(kind, "math", 0)
        token.content, token.markup = state.src[begin:end], close
    state.pos = end + 2
    return True
