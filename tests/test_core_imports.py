"""The core imports nothing that only an extra brings: read from the source, not from what happens here."""

from __future__ import annotations

import re
import sys
import tomllib
from functools import cache
from importlib import metadata

import looktwice

from .source import ROOT, Import, all_imports, is_own, module_name, modules, targets, tree_of

BROUGHT_ALONG = {"langchain_core", "pydantic_core"}
"""Imported by name; they come with the core's own dependencies, which pin them."""

OF_AN_INDEX = {
    "retrieval.catalog.rows", "retrieval.embeddings.picture", "retrieval.index",
    "retrieval.ingest.progress", "retrieval.ingest.scans", "retrieval.maintenance",
    "retrieval.ranking.fusion", "retrieval.watching.questions",
    "retrieval.watching.readings", "retrieval.watching.search", "retrieval.watching.spans",
}  # fmt: skip
"""Homes of public names that only say with which command they come."""

CORE = {
    *(home for home in looktwice._HOMES if home not in OF_AN_INDEX),
    *(name for name in modules() if name.split(".")[0] == "cli"),
    "agent.graph", "agent.backends.openai", "agent.batch.runner", "agent.batch.engines",
    "tools.registry", "media.annotate", "weights.state", "weights.obtain",
    "retrieval.loaders.load",
}  # fmt: skip
"""Modules from which the core starts: the public names, the command line, what they load later."""

BEHIND_A_CHECK = {
    "agent/text/language.py": "without its library no language is told apart by words",
    "retrieval/ingest/trust.py": "part of adding documents, which an index does",
    "retrieval/loaders/text_file.py": "reads a document, which the extra documents does",
    "retrieval/tables/sources/scan.py": "reads a document, which the extra documents does",
    "retrieval/tables/finding/lattice.py": "reads a document, which the extra documents does",
    "cli/machine.py": "asks torch for the name of a GPU that torch has found",
    "agent/example_vectors.py": "keeps vectors, which an embedder made",
    "agent/form_classifier.py": "fitted to vectors, which an embedder made; without one words vote",
    "retrieval/pages.py": "pages come out of an index",
    "agent/summarising/centrality.py": "sums up documents, which come out of an index",
    "tools/looking/regions.py": "part of a tool that is only there with the experts",
    "tools/ocr/paddle.py": "opened by reader.py, which checks",
    "agent/extraction/records/pages/ink.py": "measures the print of scans, which the experts read",
    "tools/mcp_client/link.py": "opened by remote.py, which checks",
    **{
        f"weights/convert/{name}.py": "makes weights ready for what was checked to be there"
        for name in ("darknet", "efficientnet", "graph", "lighten", "paddle", "sentence")
    },
    "weights/hardware.py": "looks whether torch is there",
}
"""Files of the core that import what an extra brings inside functions, unchecked, and why they may."""


@cache
def core_modules() -> frozenset[str]:
    """Top-level modules of the core's dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\[<>=~!; ]", text)[0].lower() for text in project["dependencies"]}
    homes = metadata.packages_distributions().items()
    found = {m for m, of in homes if {n.lower().replace("_", "-") for n in of} & names}
    return frozenset(found | BROUGHT_ALONG)


def is_extra(item: Import) -> bool:
    top = item.module.split(".")[0]
    if item.level or item.typing or is_own(item.module) or top in sys.stdlib_module_names:
        return False
    return top not in core_modules()


def of_an_extra(module: str) -> bool:
    """Whether it lies in a package that says in its __init__ what it requires."""
    parts = module.split(".")
    above = [ROOT.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    return any(path.is_file() and "\nrequire(" in path.read_text("utf-8") for path in above)


def loaded_with(start: str) -> set[str]:
    """The modules of ours that importing one loads, itself among them."""
    seen: set[str] = set()
    todo = {start}
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        above = module.rpartition(".")[0]
        todo |= {above} if above else set()
        for item in all_imports():
            if module_name(item.file) == module and not (item.lazy or item.typing):
                todo |= targets(item) & modules()
    return seen


def for_an_extra() -> set[str]:
    """What only shows results of an extra; nothing else of the core may import it at once."""
    return {
        module_name(item.file)
        for item in all_imports()
        if item.file.startswith("cli/show/") and not (item.lazy or item.typing)
        if any(of_an_extra(module) for module in targets(item))
    }


@cache
def core() -> frozenset[str]:
    starts = CORE - for_an_extra()
    assert starts <= modules()
    return frozenset(set().union(*(loaded_with(start) for start in starts)))


def test_there_is_a_core_and_there_are_extras() -> None:
    assert {"langgraph", "pydantic", "PIL", "typer", "httpx"} <= core_modules()
    assert not core_modules() & {"numpy", "torch", "openai", "gradio", "chromadb"}
    assert len(core()) > 80
    assert any(is_extra(item) for item in all_imports())
    assert of_an_extra("evals.baselines.contest")
    assert not of_an_extra("retrieval.pages")


def test_no_module_of_the_core_lies_in_a_package_of_an_extra() -> None:
    assert [module for module in sorted(core()) if of_an_extra(module)] == []


def test_no_module_of_the_core_imports_what_only_an_extra_brings() -> None:
    wrong = [
        f"{item.place} imports {item.module}"
        for item in all_imports()
        if module_name(item.file) in core() and is_extra(item) and not item.lazy
    ]
    assert wrong == []


def test_what_the_core_imports_later_stands_behind_a_check() -> None:
    """Each file says `with needs(...)` or `require(...)`, or is reached only by one that does."""
    unchecked = set()
    for item in all_imports():
        if module_name(item.file) in core() and is_extra(item):
            text = (ROOT / item.file).read_text(encoding="utf-8")
            if not re.search(r"\b(needs|require)\(\"", text):
                unchecked.add(item.file)
    assert unchecked == set(BEHIND_A_CHECK) & unchecked
    assert unchecked == set(BEHIND_A_CHECK), "a reason given above is not needed any more"


def test_checks_are_written_where_they_run_first() -> None:
    """`require` at the top of a package comes before anything the package imports."""
    for path in ROOT.rglob("__init__.py"):
        if "tests" in path.parts or "\nrequire(" not in path.read_text(encoding="utf-8"):
            continue
        body = [type(node).__name__ for node in tree_of(path).body]
        assert body[:4] == ["Expr", "ImportFrom", "ImportFrom", "Expr"], path
