"""Lines that make a bad regular expression slow: common ones, and those made from a pattern itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

parse: Any = getattr(re, "_parser").parse  # noqa: B009  # private, and typed nowhere

RUNS = (
    *" \n\t\u00a0aA1_é日.,;:-=()[]<|$'\"/%\\?!。」\u0301\u00ad\u200b",
    *("1.", "1,", "1 ", "1'", "1/", "a.", "a ", "a\n", "a-", "a'", "a: ", "..", "--", "; a", ", "),
    *("first,", "1,000,", " = ", "or ", "x and ", "from ", "how ", "1st ", "1.5% ", "2020-", "(1)"),
    *("<data", "stream\n", "/L ", "[a](", "![", "  \n", "\n\n", "a\u2010\n", "((", "$ "),
)
"""Runs of what stands in texts: blanks, letters of several scripts, digits, marks, and pairs of them."""
ENDS = (("", ""), ("", "!a"), ("a", "\n"), ("1", "\x00a"))
"""What stands before and after a run, so that a match that nearly succeeds fails at last."""
_CANDIDATES = " a1.,-\n:;=(<>[]'\"é日x/%$|"
_MANY = 10


def common(length: int) -> Iterator[str]:
    """Every run at a length, between all ends."""
    for run in RUNS:
        body = (run * (length // len(run) + 1))[:length]
        yield from (before + body + after for before, after in ENDS)


def nested(length: int) -> Iterator[str]:
    """Marks within marks, and accents in falling order of their classes, which have to be sorted."""
    for opens, closes in (("<da", "ta>"), ("<|", "|>"), ("[IN", "ST]"), ("<", "data>"), ("(", ")")):
        deep = length // len(opens + closes)
        yield opens * deep + closes * deep
    yield "a" + "\u0301" * (length // 2) + "\u0316" * (length // 2)
    yield "a" + "\u0345\u0301\u0316\u0327" * (length // 4)


def made_for(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """For each repeat of a pattern: its body over and over, after what leads there, with a misfit at the
    end; and all that, begun again and again.
    """
    source = pattern.pattern
    text = source if isinstance(source, str) else source.decode("latin-1")
    parsed = parse(
        text, pattern.flags & ~re.UNICODE if isinstance(source, bytes) else pattern.flags
    )
    for variant in range(3):
        for lead, body in _repeats(parsed, "", variant):
            if body:
                run = (body * (length // len(body) + 1))[:length]
                yield f"{lead}{run}"
                yield f"{lead}{run}\x00a"
                yield (lead + body) * (length // len(lead + body) + 1)


def _repeats(nodes: Any, lead: str, variant: int) -> Iterator[tuple[str, str]]:
    """Each unbounded repeat as (what leads to it, its body), those inside others too."""
    for code, value in nodes:
        name = str(code)
        if name.endswith("REPEAT"):
            _, most, inside = value
            body = _sample(inside, variant)
            if most > _MANY:
                yield lead, body
            yield from _repeats(inside, lead, variant)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            yield from _repeats(value if name == "ATOMIC_GROUP" else value[-1], lead, variant)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeats(branch, lead, variant)
        lead += _sample([(code, value)], variant)


def _sample(nodes: Any, variant: int) -> str:
    """A short text that a part of a pattern matches, but for what it only looks at."""
    made = ""
    for code, value in nodes:
        match str(code):
            case "LITERAL":
                made += chr(value)
            case "NOT_LITERAL":
                made += _choose([c for c in _CANDIDATES if ord(c) != value], variant)
            case "ANY":
                made += _choose(list(_CANDIDATES.replace("\n", "")), variant)
            case "IN":
                made += _choose([c for c in _candidates(value) if _is_in(c, value)], variant)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                made += _sample(value[2], variant) * min(max(value[0], 1), 30)
            case "SUBPATTERN":
                made += _sample(value[-1], variant)
            case "ATOMIC_GROUP":
                made += _sample(value, variant)
            case "BRANCH":
                made += _sample(value[1][variant % len(value[1])], variant)
    return made


def _choose(fitting: list[str], variant: int) -> str:
    return fitting[variant % len(fitting)] if fitting else ""


def _candidates(inside: Any) -> str:
    named = [chr(value) for code, value in inside if str(code) == "LITERAL"]
    ranges = [chr(value[0]) for code, value in inside if str(code) == "RANGE"]
    return "".join(dict.fromkeys([*_CANDIDATES, *named, *ranges]))


def _is_in(letter: str, inside: Any) -> bool:
    negated = any(str(code) == "NEGATE" for code, _ in inside)
    fits = any(_fits(letter, str(code), value) for code, value in inside)
    return fits != negated


def _fits(letter: str, code: str, value: Any) -> bool:
    match code:
        case "LITERAL":
            return ord(letter) == int(value)
        case "RANGE":
            return bool(value[0] <= ord(letter) <= value[1])
        case "CATEGORY":
            kind = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
            tests = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
            name = kind.removeprefix("NOT_")
            return (re.match(tests[name], letter) is None) == kind.startswith("NOT_")
    return False
