"""Every regular expression of the package, how it is used, and lines that make a bad one slow."""

from __future__ import annotations

import ast
import importlib
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .source import all_imports, module_name, relative, sources, targets, tree_of

_WHOLE = {"match", "fullmatch"}
_SEARCHED = {"search", "finditer", "findall", "sub", "subn", "split"}


@dataclass(frozen=True)
class Use:
    """A pattern and how the program tries it: a name of `re`, or `search` for all that go through."""

    place: str
    pattern: re.Pattern[Any]
    how: str


def uses_of_patterns() -> Iterator[Use]:
    """Every pattern that a module holds, and every one written where it is used."""
    for path in sources():
        file = relative(path)
        if not file.startswith(("benchmarks/", "evals/", "samples/")):
            yield from _named(path)
            yield from _written(path)


def _named(path: Path) -> Iterator[Use]:
    tree = tree_of(path)
    stored = {
        target.id: None
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _compiles(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    module = _module(path) if stored else None
    for name in stored if module else ():
        for pattern in _patterns(getattr(module, name)):
            for how in sorted(_how(path, name)):
                yield Use(f"{relative(path)}:{name}", pattern, how)


def _compiles(value: ast.expr) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "compile" for n in ast.walk(value))


def _patterns(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns((*value.keys(), *value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for inside in value:
            yield from _patterns(inside)


def _how(path: Path, name: str) -> set[str]:
    """What is called on a pattern where it stands and where it is imported; any, where nothing is."""
    own = module_name(relative(path))
    users = {i.file for i in all_imports() if name in i.names and own in targets(i)}
    found = {
        node.attr
        for other in sources()
        if other == path or relative(other) in users
        for node in ast.walk(tree_of(other))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    known = (found & _WHOLE) | ({"search"} if found & _SEARCHED else set())
    return known or {"search", "match", "fullmatch"}


def _written(path: Path) -> Iterator[Use]:
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=how),
                args=[ast.Constant(value=str() | bytes() as pattern), *_],
            ) if how in _WHOLE | _SEARCHED:
                flags = _flags(node)
                kind = "search" if how in _SEARCHED else how
                yield Use(f"{relative(path)}:{node.lineno}", re.compile(pattern, flags), kind)


def _flags(node: ast.Call) -> int:
    given = [word.value for word in node.keywords if word.arg == "flags"]
    names = {n.attr for flag in given for n in ast.walk(flag) if isinstance(n, ast.Attribute)}
    return sum(int(getattr(re, name)) for name in names)


def _module(path: Path) -> Any:
    name = ".".join(filter(None, ["looktwice", module_name(relative(path))]))
    if name.endswith("__main__"):
        return None
    try:
        return sys.modules.get(name) or importlib.import_module(name)
    except ImportError:
        return None


def try_out(use: Use, line: str) -> None:
    """Use a pattern on a line as the program does, to the line's end."""
    text: Any = line if isinstance(use.pattern.pattern, str) else line.encode()
    if use.how == "search":
        for _ in use.pattern.finditer(text):
            pass
    else:
        getattr(use.pattern, use.how)(text)


class TooSlow(Exception):
    """It took more processor time than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what is inside after so many seconds of processor time; `re` looks for signals.

    Raises:
        TooSlow: it was stopped.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
