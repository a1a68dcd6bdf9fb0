"""Long answers, line by line: what nothing read carries is left out, the rest stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.grounding import grounded_share, unsupported_numbers
from ..text.facts import content_words

_NUMBERING = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
"""A list's own marks and numbers, which nothing has to carry."""
_RULE = re.compile(r"^[\s|:\-=+]*$")
_FEWEST = 3
"""Words of a line from which it can be told whether they stand in the evidence."""
_GROUNDED = 0.34


def supported_lines(
    draft: str, evidence: Sequence[Evidence], literal: bool
) -> tuple[str, tuple[str, ...]]:
    """The draft without lines that the evidence does not carry, and those lines.

    A line is left out for a number that was not read. Where lines repeat what was read (`literal`),
    it is also left out for words of which hardly any were, and when it comes a second time.
    """
    kept: list[str] = []
    dropped: list[str] = []
    seen: set[str] = set()
    for line in draft.splitlines():
        plain = _NUMBERING.sub("", line)
        if literal and plain.strip() and not _RULE.match(line):
            if plain.strip() in seen:
                dropped.append(line)
                continue
            seen.add(plain.strip())
        (kept if _carried(plain, evidence, literal) else dropped).append(line)
    said = [line for line in kept if line.strip() and not _RULE.match(line)]
    return ("\n".join(kept).strip() if said else ""), tuple(dropped)


def _carried(line: str, evidence: Sequence[Evidence], literal: bool) -> bool:
    if unsupported_numbers(line, "", evidence):
        return False
    words = [word for word in content_words(line) if not word[0].isdigit()]
    if not literal or len(words) < _FEWEST:
        return True
    return grounded_share(line, "", evidence) >= _GROUNDED
