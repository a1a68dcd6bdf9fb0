"""Whether a cell holds a figure: a number with its signs, in whatever way it is written."""

from __future__ import annotations

import re

__all__ = ["is_figure", "is_year"]

_FIGURE = re.compile(r"(?=.*\d|[-–—−.]+$)[\s$€£¥₹%‰()\[\]+\-–—−.,:/*†‡'’<>~±≤≥=\d]+[a-zA-Z%]?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


def is_figure(text: str) -> bool:
    """Whether a text is a number with its signs, or a dash for nothing."""
    return _FIGURE.fullmatch(text) is not None


def is_year(text: str) -> bool:
    """Whether a text may be a year, which names a column as often as it is a value."""
    return _YEAR.fullmatch(text) is not None
