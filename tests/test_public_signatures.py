"""Whoever calls the public interface can import every class that its signatures name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import looktwice
import pytest

from .source import ROOT, modules, tree_of

NOT_FOR_USERS = {
    "Index.__init__": "an index is opened by Index.open",
    "Tool.arguments": "a tool is made by @tool",
}
"""What is named like a public part and is none, and why."""


class Defined(NamedTuple):
    """A name and the module that defines it."""

    module: str
    name: str


@cache
def file_of(module: str) -> Path:
    folder = ROOT.joinpath(*module.split(".")) if module else ROOT
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


@cache
def known_in(module: str) -> dict[str, Defined]:
    """Names of ours in a module: what it imports, for type checkers too, and what it defines."""
    package = module.split(".") if file_of(module).name == "__init__.py" else module.split(".")[:-1]
    found: dict[str, Defined] = {}
    for node in ast.walk(tree_of(file_of(module))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            home = ".".join([*base, *filter(None, [node.module])])
            found |= {a.asname or a.name: Defined(home, a.name) for a in node.names}
    return found | {name: Defined(module, name) for name in defined_in(module)}


@cache
def defined_in(module: str) -> dict[str, ast.AST]:
    """Classes, functions and aliases at the top of a module, or under its TYPE_CHECKING."""
    found: dict[str, ast.AST] = {}
    for outer in tree_of(file_of(module)).body:
        for node in outer.body if isinstance(outer, ast.If) else [outer]:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                found |= {t.id: node for t in node.targets if isinstance(t, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
    return found


def home_of(wanted: Defined) -> Defined | None:
    """Where a name is really defined; None where that is not one of our modules."""
    while wanted.module in modules() and wanted.name not in defined_in(wanted.module):
        if wanted.name not in known_in(wanted.module):
            return None
        wanted = known_in(wanted.module)[wanted.name]
    return wanted if wanted.module in modules() else None


def names_in(annotation: ast.AST | None) -> Iterator[str]:
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (
                names_in(ast.parse(node.value, mode="eval")) if node.value.isidentifier() else ()
            )


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    given = node.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        yield from names_in(each.annotation if each is not None else None)
    yield from names_in(node.returns)


def parts(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    """The names in the hints of a class's public parts, each with the part: ("Tool.run", "Context")."""
    if isinstance(node, ast.FunctionDef):
        yield from ((name, hint) for hint in signature(node))
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                if not part.name.startswith("_") or part.name in ("__init__", "__call__"):
                    yield from ((f"{name}.{part.name}", hint) for hint in signature(part))
            elif isinstance(part, ast.AnnAssign) and not ast.unparse(part.target).startswith("_"):
                where = f"{name}.{ast.unparse(part.target)}"
                yield from ((where, hint) for hint in names_in(part.annotation))


def classes_named(name: Defined, where: str) -> Iterator[tuple[str, str]]:
    """The class a hint names, or those that an alias stands for; ("Index.search", "Filters")."""
    home = home_of(name)
    if home is None:
        return
    node = defined_in(home.module)[home.name]
    if isinstance(node, ast.ClassDef):
        yield where, home.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for inner in names_in(node.value):
            if inner != home.name and inner in known_in(home.module):
                yield from classes_named(known_in(home.module)[inner], where)


def public() -> dict[str, Defined]:
    return {name: Defined(home, name) for home, names in looktwice._HOMES.items() for name in names}


def missing() -> dict[str, set[str]]:
    """Classes that hints of public parts name and that are not public, with where they are named."""
    found: dict[str, set[str]] = {}
    for name, home in public().items():
        node = defined_in(home.module)[name]
        known = known_in(home.module)
        hints = parts(node, name)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            hints = ((name, inner) for inner in names_in(node.value))
        for where, hint in hints:
            if hint in known and where not in NOT_FOR_USERS:
                for place, named in classes_named(known[hint], where):
                    if named not in looktwice.__all__ and not named.startswith("_"):
                        found.setdefault(named, set()).add(place)
    return found


def test_every_public_name_is_defined_in_its_home() -> None:
    assert [n for n, home in public().items() if n not in defined_in(home.module)] == []


def test_every_class_in_a_public_signature_is_public() -> None:
    assert missing() == {}


def test_hints_are_seen_through_aliases_and_imports_for_type_checkers() -> None:
    assert ("Assistant.ask", "Given") in set(
        parts(defined_in("agent.assistant")["Assistant"], "Assistant")
    )
    named = {name for _, name in classes_named(Defined("agent.assistant", "Given"), "")}
    assert named == {"Picture"}
    assert {name for _, name in classes_named(Defined("schema", "Event"), "")} >= {
        "Token",
        "AnswerReady",
    }


@pytest.mark.parametrize("part", NOT_FOR_USERS)
def test_what_is_not_for_users_exists(part: str) -> None:
    name, _, _ = part.partition(".")
    assert any(where == part for where, _ in parts(defined_in(public()[name].module)[name], name))


@pytest.mark.parametrize("name", looktwice.__all__)
def test_every_public_class_and_function_says_what_it_is(name: str) -> None:
    node = defined_in(public()[name].module)[name]
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        assert ast.get_docstring(node)
