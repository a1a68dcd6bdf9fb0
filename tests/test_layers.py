"""The rules of who may import whom, read from the source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import looktwice
import pytest

ROOT = Path(looktwice.__file__).parent

LAYERS = (
    {"errors", "control", "closing", "schema", "settings"},
    {"media", "prompts", "samples", "weights"},
    {"retrieval"},
    {"tools"},
    {"agent"},
    {"ui", "evals"},
    {"cli"},
    {"__init__", "__main__", "benchmarks"},
)
"""From the bottom up. A part may import its own layer and those below, in the order given here."""

ONLY_IN = {
    "langgraph": {"agent"},
    "langchain": {"agent", "evals/baselines/langchain.py"},
    "langchain_core": {"agent", "evals/baselines/langchain.py"},
    "langchain_openai": {"evals/baselines/langchain.py"},
    "smolagents": {"evals/baselines/smolagents.py"},
    "ultralytics": {"tools/detection/detector.py"},
    "paddleocr": {"tools/ocr/reader.py"},
    "chromadb": {"retrieval/vectors/place.py"},
    "chromadb_rust_bindings": {"retrieval/vectors/server.py"},
    "gradio": {"ui"},
    "xllamacpp": {"agent/backends/llamacpp.py"},
    "openai": {"agent/backends/openai.py", "agent/backends/failures.py"},
    "typer": {"cli"},
    "supervision": {"media/annotate.py"},
    "ray": {"agent/batch/ray.py"},
}
"""Third-party packages whose types stay in one place."""

HEAVY = {
    "torch", "torchvision", "transformers", "sentence_transformers", "ultralytics", "paddleocr",
    "chromadb", "gradio", "xllamacpp", "openai", "onnx", "onnxruntime", "cv2", "supervision",
    "smolagents", "langchain", "langchain_openai",
}  # fmt: skip
IMPORTED_LAZILY_AS_A_WHOLE = {
    "agent/backends/constrained.py", "agent/backends/transformers.py",
    "ui/web/app.py", "ui/web/layout.py", "ui/web/theme.py", "ui/web/events.py",
}  # fmt: skip
"""Files that are themselves imported only where their heavy library is wanted anyway."""

ENVIRONMENT = {
    "settings.py": "the LOOKTWICE_* variables, and what keeps libraries quiet",
    "agent/backends/llamacpp.py": "lends OpenMP a variable while the engine starts, then restores it",
}
"""Files that touch os.environ, each with its reason."""


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
    """Every file of the package and of its benchmarks, without tests."""
    hidden = {"tests", "build", "dist"}
    return [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if not any(p in hidden or p.startswith(".") for p in path.relative_to(ROOT).parts)
    ]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[Import]:
    yield from walk(tree_of(path), path.relative_to(ROOT).as_posix(), lazy=False, typing=False)


def walk(node: ast.AST, file: str, lazy: bool, typing: bool) -> Iterator[Import]:
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
            yield from walk(child, file, lazy or inside, typing or checking)


IMPORTS = [item for path in sources() for item in imports_of(path)]


def targets(item: Import) -> list[str]:
    """The package's own modules an import means, as paths with dots: "agent.state"."""
    if item.level == 0:
        return [item.module.removeprefix("looktwice.")] if is_own(item.module) else []
    parents = Path(item.file).parts[: -item.level]
    base = ".".join((*parents, *filter(None, [item.module])))
    return [base] if item.module else [".".join(filter(None, [base, n])) for n in item.names]


def is_own(module: str) -> bool:
    return module.split(".")[0] == "looktwice"


def part_of(module: str) -> str:
    return module.split(".")[0] or "__init__"


def layer_of(part: str) -> int:
    found = [number for number, parts in enumerate(LAYERS) if part in parts]
    assert len(found) == 1, f"{part!r} has no layer yet: put it into LAYERS of this test"
    return found[0]


def own_part(file: str) -> str:
    return part_of(file.removesuffix(".py").replace("/", "."))


def test_there_is_something_to_read() -> None:
    assert len(sources()) > 40
    assert len(IMPORTS) > 200


def test_every_part_has_one_layer() -> None:
    for path in sources():
        layer_of(own_part(path.relative_to(ROOT).as_posix()))


def test_nothing_imports_upward() -> None:
    wrong = []
    for item in IMPORTS:
        for module in targets(item):
            # `from . import __version__` in cli means a name of the package's face, not a module.
            if part_of(module) == "__version__":
                continue
            if layer_of(part_of(module)) > layer_of(own_part(item.file)):
                wrong.append(f"{item.place} imports {module}")
    assert wrong == []


def test_the_bottom_depends_on_nothing_of_ours_but_its_neighbours() -> None:
    for item in IMPORTS:
        if own_part(item.file) == "errors":
            assert targets(item) == [], item.place


def test_retrieval_knows_no_tools_and_no_agent() -> None:
    for item in IMPORTS:
        if own_part(item.file) == "retrieval":
            assert not {part_of(m) for m in targets(item)} & {"tools", "agent"}, item.place


def test_no_two_modules_import_each_other() -> None:
    """At import time; imports inside functions and for type checkers make no circle."""
    known = {module_name(path) for path in sources()}
    graph: dict[str, set[str]] = {name: set() for name in known}
    for item in IMPORTS:
        if not item.lazy and not item.typing:
            graph[module_name(ROOT / item.file)] |= set(resolved(item, known))
    assert circle(graph) == []


def module_name(path: Path) -> str:
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return name.removesuffix(".__init__")


def resolved(item: Import, known: set[str]) -> Iterator[str]:
    for module in targets(item):
        deeper = [f"{module}.{name}" for name in item.names if f"{module}.{name}" in known]
        yield from deeper or ([module] if module in known else [])


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle, or none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := visit(other, [*trail, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


def test_the_circle_finder_finds_circles() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("package", ONLY_IN)
def test_third_party_types_stay_in_their_place(package: str) -> None:
    """samples/ may ask where ultralytics lies, with find_spec; that is no import."""
    places = ONLY_IN[package]
    wrong = [
        item.place
        for item in IMPORTS
        if item.level == 0
        and item.module.split(".")[0] == package
        and not (own_part(item.file) in places or item.file in places)
    ]
    assert wrong == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    wrong = [
        f"{item.place} imports {item.module}"
        for item in IMPORTS
        if item.module.split(".")[0] in HEAVY
        and item.level == 0
        and not (item.lazy or item.typing or item.file in IMPORTED_LAZILY_AS_A_WHOLE)
    ]
    assert wrong == []


def test_files_that_are_heavy_as_a_whole_are_imported_lazily() -> None:
    heavy = {file.removesuffix(".py").replace("/", ".") for file in IMPORTED_LAZILY_AS_A_WHOLE}
    known = {module_name(path) for path in sources()}
    for item in IMPORTS:
        if heavy & set(resolved(item, known)) and item.file not in IMPORTED_LAZILY_AS_A_WHOLE:
            assert item.lazy or item.typing, item.place


def test_imports_inside_the_package_are_relative_and_name_what_they_take() -> None:
    for item in IMPORTS:
        assert "*" not in item.names, item.place
        assert item.level > 0 or not is_own(item.module), f"{item.place}: write it relative"


def test_only_the_settings_read_the_environment() -> None:
    found = set()
    for path in sources():
        for node in ast.walk(tree_of(path)):
            named = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
            taken = isinstance(node, ast.ImportFrom) and node.module == "os"
            if named or (taken and {a.name for a in node.names} & {"environ", "getenv", "putenv"}):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == set(ENVIRONMENT)


def test_root_modules_have_names_of_their_own() -> None:
    here = {p.stem for p in ROOT.glob("*.py")} | {p.parent.name for p in ROOT.glob("*/__init__.py")}
    assert not (here - {"__init__", "__main__"}) & set(sys.stdlib_module_names)


def test_every_file_puts_off_its_annotations() -> None:
    for path in sources():
        tree = tree_of(path)
        if len(tree.body) > 1:  # more than a docstring
            first = [n for n in tree.body if isinstance(n, ast.ImportFrom)][:1]
            assert [n.module for n in first] == ["__future__"], path
