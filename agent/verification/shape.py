"""Whether an answer has the form that was asked for: a list in lines, a table in rows."""

from __future__ import annotations

import re
from collections import Counter

from ...schema import FormName
from ..text.facts import words

_FEWEST = 2
_LONG = 15
"""Words of one line from which it is no item of a list, nor a few of them, but a paragraph."""
_CELLS = re.compile(r"(?<!\\)\|")


def not_of_form(draft: str, form: FormName) -> list[str]:
    """What a list or a table lacks to be one, as sentences; other forms lack nothing."""
    lines = [line.strip() for line in draft.splitlines() if line.strip()]
    if form == "list" and len(lines) == 1 and len(words(lines[0])) >= _LONG:
        return ["it is no list with a line for each item"]
    if form == "table":
        columns = Counter(len(_CELLS.findall(line.strip("|"))) + 1 for line in lines)
        rows = sum(count for width, count in columns.items() if width >= _FEWEST)
        if lines and rows < _FEWEST:
            return ["it is no table with a line for each row and “|” between its cells"]
    return []
