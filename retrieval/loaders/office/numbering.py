"""The numbers of Word's lists, counted as Word counts them: on after an interruption, by level."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Numbering"]

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LEVELS = 9


@dataclass
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


@dataclass
class Numbering:
    """The lists of a document (its part `numbering.xml`), counted in the order they are asked for.

    Args:
        part: the root of that part; None for a document without.
        w: the namespace of its elements, in braces.
    """

    part: Any
    w: str
    _abstract: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _lists: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.part is None:
            return
        w = self.w
        for one in self.part.iter(f"{w}abstractNum"):
            levels = {_number(x.get(f"{w}ilvl"), 0): self._level(x) for x in one.iter(f"{w}lvl")}
            self._abstract[one.get(f"{w}abstractNumId", "")] = levels
        for one in self.part.iter(f"{w}num"):
            abstract = one.find(f"{w}abstractNumId")
            starts = {}
            for over in one.iter(f"{w}lvlOverride"):
                start = over.find(f"{w}startOverride")
                if start is not None:
                    level = _number(over.get(f"{w}ilvl"), 0)
                    starts[level] = _number(start.get(f"{w}val"), 1)
            known = abstract.get(f"{w}val", "") if abstract is not None else ""
            self._lists[one.get(f"{w}numId", "")] = known, starts

    def _level(self, element: Any) -> _Level:
        w, level = self.w, _Level()
        for child in element:
            value = child.get(f"{w}val", "")
            match child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "":
                case "start":
                    level.start = _number(value, 1)
                case "numFmt":
                    level.format = value
                case "lvlText":
                    level.text = value
                case "lvlRestart":
                    level.restart = _number(value, 0)
                case "isLgl":
                    level.legal = value not in ("0", "false")
        return level

    def marker(self, list_id: str, at: int) -> str:
        """The next number of a list at a level from 0, with a blank behind it; "" for bullets."""
        abstract, starts = self._lists.get(list_id, ("", {}))
        levels = self._abstract.get(abstract, {})
        level = levels.get(at)
        if level is None:
            return ""
        counts = self._counts[abstract]
        if at in starts and (list_id, at) not in self._begun:
            self._begun.add((list_id, at))
            counts[at] = starts[at]
        else:
            counts[at] = counts[at] + 1 if at in counts else level.start
        for deeper in range(at + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart != 0 and (restart is None or at < restart):
                counts.pop(deeper, None)
        if level.format in ("bullet", "none"):
            return ""
        text = level.text
        for k in range(at + 1):
            known = levels.get(k, _Level())
            count = counts.get(k, known.start)
            form = "decimal" if level.legal else known.format
            text = text.replace(f"%{k + 1}", _written(count, form))
        return f"{text.strip()} " if text.strip() else ""


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _written(count: int, form: str) -> str:
    match form:
        case "lowerLetter":
            return _letters(count)
        case "upperLetter":
            return _letters(count).upper()
        case "lowerRoman":
            return _roman(count)
        case "upperRoman":
            return _roman(count).upper()
        case "decimalZero":
            return f"{count:02d}"
        case _:
            return str(count)


def _letters(count: int) -> str:
    """A to z, then aa to zz, as Word goes on."""
    return chr(97 + (count - 1) % 26) * min(1 + (count - 1) // 26, 30) if count > 0 else ""


def _roman(count: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        while count >= value and len(out) < 30:
            out, count = out + letters, count - value
    return out
