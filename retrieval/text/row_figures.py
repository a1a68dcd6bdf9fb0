"""The figures that end a line of text, and what stands before them: a row of a table without its lines."""

from __future__ import annotations

import re

__all__ = ["cells_of"]

_VALUE = re.compile(r"[(\[$€£¥+−–—-]*\d[\d.,'’]*[%)\]]*|[–—−-]+|n/?[am]", re.IGNORECASE)
_GLUE = re.compile(r"[$€£¥(]+|[)%]+|pts|bps|pp", re.IGNORECASE)


def cells_of(line: str) -> tuple[str, list[str]]:
    """The label of a row and the numbers that end it: "Sales $ 5 (4)%" -> ("Sales", ["$ 5", "(4)%"])."""
    tokens = line.split()
    at = len(tokens)
    while at and (_VALUE.fullmatch(tokens[at - 1]) or _GLUE.fullmatch(tokens[at - 1])):
        at -= 1
    cells: list[str] = []
    before = ""
    for token in tokens[at:]:
        if _VALUE.fullmatch(token):
            cells.append(f"{before} {token}".strip())
            before = ""
        elif cells and token[0] not in "$€£¥(":
            cells[-1] += token if token[0] in ")%" else f" {token}"
        else:
            before = token
    return " ".join(tokens[:at]), cells
