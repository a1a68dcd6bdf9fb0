"""How evidence is put into words for the model: numbered, fenced, never able to look like orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType

from ...retrieval.table_rows import in_lines
from ...schema import Evidence, ToolResult
from .contents import rows_read

_FENCE = re.compile(r"</?\s*data\s*>", re.IGNORECASE)
_MARK = re.compile(r"</?data>|\[E?\d{1,3}\](?: picture \d+)?", re.IGNORECASE)
_CODE_FENCE = re.compile(r"`{3,}\w*")
_PIECE = 160
"""Characters a line may have before it is cut like the text itself."""
_SPECIAL = re.compile(r"<\|[^|>\n\ufffd]{0,40}\|>|\[/?INST\]|</?s>|<(?:start|end)_of_turn>")
"""Marks that chat templates use to begin a turn; in evidence they are only characters."""
_LEFT = ("", "", "\ufffd")
"""What is left of a mark. What was taken out may have stood between the halves of another mark, so it is
done again; the last time with a sign that no mark has, or marks within marks would cost their square."""


def as_data(text: str) -> str:
    """Text from outside with everything taken out that could close its fence or open a turn."""
    for left in _LEFT:
        text = _SPECIAL.sub(left, _FENCE.sub(left, text))
    return text.strip()


def in_words(item: Evidence) -> str:
    """What the model is told: of a passage where it stands, then its lines, rows with their columns."""
    if item.kind not in ("passage", "image"):
        return item.text
    source = item.source
    told = "\n".join(in_lines(item.text.split("\n"), item.tables)) or "(no text)"
    if source.document is None:
        return told
    heading = " > ".join(filter(None, item.heading))
    where = ", ".join(filter(None, [f"document {source.document}, page {source.page}", heading]))
    alike = f"looks alike ({item.score:.2f}): " if item.kind == "image" else ""
    return f"{alike}{' '.join(where.split())}:\n{told}"


def show_evidence(
    items: Iterable[Evidence],
    failures: Sequence[ToolResult] = (),
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The evidence as the answering prompt shows it; titles, by id, stand outside the data."""
    parts = [
        f"[{e.id}] {titles.get(e.id, '')}".strip() + f"\n<data>\n{as_data(in_words(e))}\n</data>"
        for e in items
    ]
    parts += [
        f"Not seen: {r.call.tool} failed: {as_data(r.error.message)}" for r in failures if r.error
    ]
    return "\n".join(parts) or "(none)"


def unfenced(draft: str, code: bool = False) -> str:
    """A draft without the marks of evidence, which a small model that rewrites all of it repeats.

    Args:
        code: fences of code are wanted; around a table or a list they are not.
    """
    marks = (_MARK,) if code else (_MARK, _CODE_FENCE)
    lines = draft.strip().splitlines()
    kept = [line for line in lines if not any(mark.fullmatch(line.strip()) for mark in marks)]
    return "\n".join(kept).strip()


def as_read(item: Evidence) -> Evidence:
    """Evidence of nothing but the words that were read.

    A small model copies headings of ours, too, and goes on for ever with a line of dashes.
    """
    rows = [row for row in transcribed([item]).split("\n") if any(map(str.isalnum, row))]
    return item.model_copy(update={"text": "\n".join(rows)}) if rows else item


def transcribed(items: Iterable[Evidence]) -> str:
    """The words that were read, row by row; of several pictures one after the other."""
    papers = (rows_read(item.lines).values() for item in items if item.kind == "text")
    return "\n\n".join(filter(None, map("\n".join, papers)))


def estimate_tokens(text: str) -> int:
    """Roughly how many tokens a text takes: three characters each, one for each CJK sign."""
    wide = 0 if text.isascii() else sum(1 for c in text if ord(c) > 0x2E7F)
    return wide + (len(text) - wide + 2) // 3


def fit(text: str, tokens: int) -> str:
    """The text cut to about that many tokens: whole lines from both ends, the middle left out.

    Documents put who and when at the top and totals at the bottom, so both ends are kept.
    """
    if estimate_tokens(text) <= tokens:
        return text
    lines = [piece for line in text.splitlines() for piece in _pieces(line)]
    head: list[str] = []
    tail: list[str] = []
    room = tokens - 8
    for at_head in _alternating(len(lines)):
        line = lines[len(head)] if at_head else lines[-1 - len(tail)]
        room -= estimate_tokens(line) + 1
        if room < 0:
            break
        (head if at_head else tail).append(line)
    left_out = len(lines) - len(head) - len(tail)
    return "\n".join([*head, f"(... {left_out} lines left out ...)", *reversed(tail)])


def _pieces(line: str) -> list[str]:
    """A line in parts that are not too long; to `wrap`, many blanks before a line cost their square."""
    return [line] if len(line) <= _PIECE else wrap(line.strip(), _PIECE) or [""]


def _alternating(count: int) -> Iterable[bool]:
    return (index % 2 == 0 for index in range(count))
