"""Figures in a text: those that end a line, as the cells of a row do, and their share of its words."""

from __future__ import annotations

import re

__all__ = ["cells_of", "placed_cells", "share_of_figures"]

_VALUE = re.compile(r"[(\[$€£¥+−–—-]*\d[\d.,'’]*[%)\]]*|[–—−-]+|n/?[am]", re.IGNORECASE)
_GLUE = re.compile(r"[$€£¥(]+|[)%]+|pts|bps|pp", re.IGNORECASE)
_FROM_DIGIT = re.compile(r"\d\S*")
"""A word from its first digit on, so each word with one is found once, and in one pass."""


def cells_of(line: str) -> tuple[str, list[str]]:
    """The label of a row and the numbers that end it: "Sales $ 5 (4)%" -> ("Sales", ["$ 5", "(4)%"])."""
    label, cells, _ = placed_cells(line)
    return label, cells


def placed_cells(line: str) -> tuple[str, list[str], list[range]]:
    """The same, and which words of the line each cell consists of."""
    tokens = line.split()
    at = len(tokens)
    while at and (_VALUE.fullmatch(tokens[at - 1]) or _GLUE.fullmatch(tokens[at - 1])):
        at -= 1
    cells: list[str] = []
    words: list[range] = []
    before = ""
    for n, token in enumerate(tokens[at:], at):
        if _VALUE.fullmatch(token):
            words.append(range(n - bool(before), n + 1))
            cells.append(f"{before} {token}".strip())
            before = ""
        elif cells and token[0] not in "$€£¥(":
            cells[-1] += token if token[0] in ")%" else f" {token}"
            words[-1] = range(words[-1].start, n + 1)
        else:
            before = token
    return " ".join(tokens[:at]), cells, words


def share_of_figures(text: str) -> float:
    """Share of a text's words that hold a digit, 0..1."""
    words = len(text.split())
    return len(_FROM_DIGIT.findall(text)) / words if words else 0.0
