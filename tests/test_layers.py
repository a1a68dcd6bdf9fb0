"""The rules of who may import whom, read from the source."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from .source import (
    ROOT,
    all_imports,
    among_members,
    circle,
    classes,
    folders,
    is_own,
    relative,
    sources,
    targets,
    tree_of,
    uses,
)

IMPORTS = all_imports()

LAYERS = (
    {"errors", "control", "closing", "schema", "settings"},
    {"extensions", "media", "prompts", "samples", "weights"},
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
    "ultralytics": {"tools/detection/yolo.py"},
    "paddleocr": {"tools/ocr/paddle.py"},
    "chromadb": {"retrieval/vectors/storage.py"},
    "chromadb_rust_bindings": {"retrieval/vectors/server.py"},
    "gradio": {"ui"},
    "xllamacpp": {"agent/backends/llama_library.py"},
    "httpx": {
        "agent/backends/http_client.py",
        "agent/backends/discovery.py",
        "retrieval",
        "evals",
        "benchmarks",
    },
    "duckdb": {"tools/tables/database.py", "agent/batch/sheets.py"},
    "pdfplumber": {"retrieval/tables/finding/lattice.py", "benchmarks/tables.py"},
    "typer": {"cli"},
    "supervision": {"media/annotate.py"},
    "av": {"media/video.py"},
    "scenedetect": {"retrieval/loaders/video/shots.py"},
    "faster_whisper": {"media/speech.py"},
    "ray": {"agent/batch/ray.py"},
}
"""Third-party packages whose types stay in one place."""

HEAVY = {
    "torch", "torchvision", "transformers", "sentence_transformers", "ultralytics", "paddleocr",
    "chromadb", "gradio", "xllamacpp", "openai", "onnx", "onnxruntime", "cv2", "supervision",
    "smolagents", "langchain", "langchain_openai", "duckdb", "pdfplumber",
    "av", "scenedetect", "faster_whisper",
}  # fmt: skip
IMPORTED_LAZILY_AS_A_WHOLE = {
    "agent/backends/local/constrained.py", "agent/backends/transformers.py",
    "ui/web/app.py", "ui/web/layout.py", "ui/web/theme.py", "ui/web/events.py",
    "ui/web/event_handlers.py", "ui/web/records/widgets.py",
}  # fmt: skip
"""Files that are themselves imported only where their heavy library is wanted anyway."""

ENVIRONMENT = {
    "settings.py": "the LOOKTWICE_* variables, and what keeps libraries quiet",
    "agent/backends/child_server.py": "what a child process gets: all of it, and its key",
    "agent/backends/llama_library.py": "lends OpenMP a variable while the engine starts, then restores it",
    "weights/hardware.py": "lets torch fall back to the processor for what it cannot do on Metal",
}
"""Files that touch os.environ, each with its reason."""


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
        layer_of(own_part(relative(path)))


def test_nothing_imports_upward() -> None:
    wrong = []
    for item in IMPORTS:
        for module in targets(item):
            if module == "":  # a name of the package's face, __version__
                continue
            if layer_of(part_of(module)) > layer_of(own_part(item.file)):
                wrong.append(f"{item.place} imports {module}")
    assert wrong == []


def test_the_bottom_depends_on_nothing_of_ours_but_its_neighbours() -> None:
    for item in IMPORTS:
        if own_part(item.file) == "errors":
            assert targets(item) == set(), item.place


def test_retrieval_knows_no_tools_and_no_agent() -> None:
    for item in IMPORTS:
        if own_part(item.file) == "retrieval":
            assert not {part_of(m) for m in targets(item)} & {"tools", "agent"}, item.place


@pytest.mark.parametrize("folder", sorted(folders()))
def test_the_members_of_a_folder_make_no_circle(folder: str) -> None:
    """A file or a sub-package, each as one; what is imported inside functions counts too."""
    assert circle(among_members(folder, uses())) == []


def test_the_circle_finder_finds_circles() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []
    pairs = {("x.a.one", "x.b"), ("x.b.two", "x.a.three"), ("x.a.one", "x.a.three"), ("y", "x")}
    assert circle(among_members("x", pairs)) == ["a", "b", "a"]
    assert circle(among_members("", pairs)) == circle(among_members("x.a", pairs)) == []


def test_no_node_imports_another() -> None:
    nodes = [item for item in IMPORTS if Path(item.file).parent.as_posix() == "agent/nodes"]
    assert nodes
    for item in nodes:
        others = {m for m in targets(item) if m.startswith("agent.nodes.")}
        assert others <= {"agent.nodes.base"}, item.place


def test_only_what_all_parts_share_stands_at_the_root() -> None:
    assert {path.stem for path in sources() if path.parent == ROOT} == {
        "__init__", "__main__", "schema", "settings", "errors", "control", "closing",
    }  # fmt: skip


def test_a_class_name_has_one_home() -> None:
    """Private ones excepted, and what a benchmark makes for itself."""
    twice = {}
    for name, files in classes().items():
        homes = [file for file in files if own_part(file) != "benchmarks"]
        if len(homes) > 1 and not name.startswith("_"):
            twice[name] = homes
    assert twice == {}


def test_every_package_says_what_belongs_there() -> None:
    silent = [p for p in sources() if p.name == "__init__.py" and not ast.get_docstring(tree_of(p))]
    assert silent == []


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
    for item in IMPORTS:
        if heavy & targets(item) and item.file not in IMPORTED_LAZILY_AS_A_WHOLE:
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
            names = {a.name for a in node.names} if isinstance(node, ast.ImportFrom) else set()
            if named or (taken and names & {"environ", "getenv", "putenv"}):
                found.add(relative(path))
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
