"""The program's own source, read for tests about how it is built: files, classes, imports, circles."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import looktwice

ROOT = Path(looktwice.__file__).parent
NOT_SOURCE = {"tests", "build", "dist", "docs", "examples"}


class Import(NamedTuple):
    """One import; `lazy` inside a function, `typing` under TYPE_CHECKING."""

    file: str
    line: int
    module: str
    names: tuple[str, ...]
    level: int
    lazy: bool
    typing: bool

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def sources() -> list[Path]:
    """Every file of the package and of its benchmarks, without tests, docs and examples."""
    return [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if not any(p in NOT_SOURCE or p.startswith(".") for p in path.relative_to(ROOT).parts)
    ]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[Import]:
    yield from _walk(tree_of(path), relative(path), lazy=False, typing=False)


def _walk(node: ast.AST, file: str, lazy: bool, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(file, child.lineno, alias.name, (), 0, lazy, typing)
        elif isinstance(child, ast.ImportFrom):
            names = tuple(alias.name for alias in child.names)
            yield Import(file, child.lineno, child.module or "", names, child.level, lazy, typing)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checking = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from _walk(child, file, lazy or inside, typing or checking)


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(item for path in sources() for item in imports_of(path))


def module_name(file: str) -> str:
    """Of agent/state.py "agent.state", of its __init__ "agent", of the root's "" (nothing)."""
    name = file.removesuffix(".py").replace("/", ".")
    return "" if name == "__init__" else name.removesuffix(".__init__")


@cache
def modules() -> frozenset[str]:
    return frozenset(module_name(relative(path)) for path in sources())


def is_own(module: str) -> bool:
    return module.split(".")[0] == "looktwice"


def targets(item: Import) -> set[str]:
    """The package's own modules an import loads: "agent.state"; "" is the root's __init__."""
    if item.level:
        base = ".".join([*Path(item.file).parts[: -item.level], *filter(None, [item.module])])
    elif is_own(item.module):
        base = item.module.removeprefix("looktwice").removeprefix(".")
    else:
        return set()
    below = {".".join(filter(None, [base, name])) for name in item.names}
    return {name if name in modules() else base for name in below or {base}}


def uses() -> set[tuple[str, str]]:
    """Which module imports which, inside functions too; what only type checkers read does not count."""
    found = {
        (module_name(item.file), target)
        for item in all_imports()
        if not item.typing
        for target in targets(item)
    }
    return {(a, b) for a, b in found if a != b}


def folders() -> set[str]:
    """Every package, "" first among them."""
    return {module_name(relative(path)) for path in sources() if path.name == "__init__.py"}


def member(module: str, folder: str) -> str | None:
    """What stands for a module among the members of a folder: "state", "nodes" or "__init__"."""
    if module == folder:
        return "__init__"
    inside = f"{folder}." if folder else ""
    return module[len(inside) :].split(".")[0] if module.startswith(inside) else None


def among_members(folder: str, pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Which member of a folder uses which other, each sub-package being one."""
    graph: dict[str, set[str]] = {}
    for a, b in pairs:
        one, other = member(a, folder), member(b, folder)
        if one and other and one != other:
            graph.setdefault(one, set()).add(other)
    return graph


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The names of one circle, the first also at the end; or none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            if found := visit(other, [*trail, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


def classes() -> dict[str, list[str]]:
    """The files where each class stands at the top level, by its name."""
    homes: dict[str, list[str]] = {}
    for path in sources():
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(relative(path))
    return homes
