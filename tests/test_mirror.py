"""Tests mirror the package: agent/planner.py is tested in tests/agent/test_planner.py.

A module has a test file of its own, or it only declares (no function with a body), or it is tested
through its folder's face, or a line below says where it is tested.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from .source import ROOT, relative, sources, tree_of

TESTS = Path(__file__).parent

THROUGH_THEIR_FACE = {
    "agent/nodes": "agent/test_loop.py",
    "agent/planning": "agent/planning/test_routes.py",
    "agent/summarising": "agent/summarising/test_summariser.py",
    "evals/baselines": "evals/baselines/test_contest.py",
    "evals/metrics": "evals/test_metrics.py",
    "evals/seer": "evals/seer/test_seer.py",
    "evals/suites": "evals/test_suites.py",
    "evals/suites/collections": "evals/test_suites.py",
    "evals/suites/long_forms": "evals/test_long_forms.py",
    "evals/suites/tables": "evals/test_suites.py",
    "evals/suites/seer": "evals/seer/test_trial.py",
    "retrieval/tables/finding": "retrieval/tables/finding/test_tables.py",
    "retrieval/tables/sources": "retrieval/tables/sources/test_open.py",
    "ui/mcp_server": "ui/mcp_server/test_server.py",
    "ui/openai_server": "ui/openai_server/test_app.py",
    "ui/web/records": "ui/web/records/test_records.py",
    "weights/convert": "weights/convert/test_prepare.py",
}
"""Folders whose modules are tested as one: the graph, a suite's pictures, a server's replies."""

TESTED_WITH = {
    "agent/summarising/test_summariser.py": "agent/policies/summarising tools/documents/summaries",
    "retrieval/ingest/test_insets.py": "retrieval/loaders/base",
    "retrieval/loaders/office/test_more.py": (
        "retrieval/loaders/office/book retrieval/loaders/office/opendocument"
    ),
    "agent/backends/test_contract.py": "agent/backends/base agent/backends/validation",
    "agent/backends/test_openai.py": (
        "agent/backends/background agent/backends/probing agent/backends/failures"
        " agent/backends/http_client"
        " agent/backends/server"
    ),
    "agent/backends/test_refusals.py": "agent/backends/requests",
    "agent/backends/test_transformers.py": (
        "agent/backends/local/spellings agent/backends/local/streamer"
    ),
    "agent/backends/local/test_rendering.py": "weights/chat_template",
    "agent/backends/local/test_runner.py": (
        "agent/backends/local/model_input agent/backends/local/prefix agent/backends/local/sampling"
    ),
    "agent/test_record_querying.py": "agent/extraction/collection",
    "tools/records/test_query.py": "tools/records/gaps tools/records/table",
    "agent/batch/test_files.py": "agent/batch/formats agent/batch/results agent/batch/scheduling",
    "agent/batch/test_process.py": "agent/batch/child agent/batch/engine",
    "agent/batch/test_record_file.py": (
        "agent/batch/record_lines agent/extraction/records/reviewing/reviews"
        " agent/extraction/records/schemas/inferring"
    ),
    "agent/batch/test_records.py": "agent/batch/sheets",
    "agent/batch/test_runner.py": "agent/batch/local agent/batch/tasks agent/batch/worker",
    "agent/closer_look/test_parts.py": "agent/closer_look/second_look",
    "agent/decoding/test_processors.py": "agent/backends/local/trusting",
    "agent/evidence/test_citation.py": "tools/documents/passages",
    "agent/extraction/test_composing.py": "agent/extraction/gathering",
    "agent/extraction/records/test_extractor.py": (
        "agent/extraction/records/places/alignment agent/extraction/records/results/answering"
        " agent/extraction/records/results/assembly agent/extraction/records/results/extracted"
        " agent/extraction/records/results/files agent/extraction/records/generation/filling"
        " agent/extraction/records/pages/parts agent/extraction/records/passes"
        " agent/extraction/records/places/placing agent/extraction/records/generation/prompting"
    ),
    "agent/extraction/records/doubts/test_proven_rows.py": (
        "agent/extraction/records/doubts/list_rows agent/extraction/records/doubts/row_proofs"
    ),
    "agent/extraction/records/doubts/test_summed_rows.py": "agent/extraction/records/doubts/naming",
    "agent/extraction/records/doubts/test_second_look.py": "agent/extraction/records/doubts/completing",
    "agent/extraction/records/embedded/test_data.py": (
        "agent/extraction/records/embedded/einvoice retrieval/loaders/pdf/attachments"
    ),
    "agent/extraction/records/pages/test_reading.py": "agent/extraction/records/pages/rows",
    "agent/extraction/records/schemas/test_sources.py": (
        "agent/extraction/records/schemas/fields agent/extraction/records/schemas/json_schema"
        " agent/extraction/records/schemas/words"
    ),
    "agent/extraction/records/values/test_typed.py": (
        "agent/extraction/records/values/amounts agent/extraction/records/values/dates"
        " agent/extraction/records/values/identifiers"
    ),
    "agent/test_assistant.py": "agent/evidence/prompting agent/indexes",
    "agent/test_failures.py": "agent/calls agent/structured_output",
    "agent/test_loop.py": (
        "agent/graph agent/policies/base"
        " agent/run agent/verification/registry agent/verification/support"
    ),
    "agent/test_planner.py": "agent/example_vectors agent/similarity",
    "agent/verification/test_wording.py": (
        "agent/evidence/grounding agent/text/polarity"
        " agent/verification/counts agent/verification/numbers"
    ),
    "agent/backends/test_llamacpp.py": "agent/backends/llama_library",
    "agent/backends/test_vllm.py": "agent/backends/child_server",
    "agent/verification/test_engine.py": "agent/verification/base",
    "cli/evaluate/test_run.py": "cli/show/evaluations evals/ablate",
    "cli/evaluate/test_baselines.py": "cli/show/baselines",
    "cli/index/test_change.py": "cli/index/opening retrieval/ingest/progress",
    "cli/index/test_look.py": (
        "cli/index/filters cli/index/pages cli/show/documents cli/show/kinds"
    ),
    "cli/show/test_passages.py": "retrieval/catalog/highlight",
    "cli/test_batch.py": "agent/batch/shared_model",
    "cli/test_machine.py": "weights/hardware",
    "cli/test_checks.py": "cli/show/checks",
    "cli/test_interrupts.py": "cli/progress",
    "cli/test_tools.py": "tools/plugins",
    "evals/seer/test_trial.py": "cli/evaluate/seer cli/show/seer",
    "evals/test_adapters.py": "evals/sources",
    "evals/test_runner.py": (
        "evals/compare evals/failures evals/manifest evals/report evals/scratch evals/summary"
        " evals/svg evals/task"
    ),
    "extensions/test_plugins.py": "agent/verification/plugins",
    "retrieval/catalog/test_catalog.py": "retrieval/catalog/writing",
    "cli/index/test_duplicates.py": "retrieval/duplicates/find tools/documents/duplicates",
    "retrieval/depicted/test_find.py": (
        "agent/policies/finding retrieval/catalog/detections retrieval/depicted/kinds"
        " retrieval/phrasing tools/documents/pictures"
    ),
    "retrieval/watching/test_search.py": (
        "media/clock media/video retrieval/loaders/video/document retrieval/loaders/video/moments"
        " retrieval/loaders/video/shots retrieval/watching/questions retrieval/watching/readings"
        " retrieval/watching/spans tools/documents/videos"
    ),
    "retrieval/embeddings/test_picture.py": "retrieval/embeddings/imagenet",
    "retrieval/embeddings/test_text.py": "retrieval/embeddings/onnx retrieval/embeddings/runtime",
    "retrieval/ingest/test_run.py": "retrieval/ingest/document",
    "retrieval/loaders/test_drawing.py": "retrieval/loaders/drawer",
    "retrieval/loaders/test_isolate.py": "retrieval/loaders/protocol retrieval/loaders/reader",
    "retrieval/loaders/test_load.py": "retrieval/loaders/text_file",
    "retrieval/loaders/office/test_document.py": "retrieval/loaders/office/reading",
    "retrieval/loaders/pdf/test_document.py": "retrieval/loaders/pdf/handles",
    "retrieval/tables/test_naming.py": "retrieval/tables/figures",
    "retrieval/tables/test_read.py": "retrieval/tables/child",
    "retrieval/test_index.py": "retrieval/index_vectors retrieval/page_images retrieval/sweep",
    "retrieval/text/test_chunking.py": "retrieval/pages retrieval/text/sentences",
    "retrieval/vectors/test_vectors.py": "retrieval/vectors/files",
    "cli/test_settings.py": "settings",
    "tools/looking/test_look.py": "tools/places",
    "tools/looking/test_regions.py": "tools/looking/marks",
    "tools/comparing/test_regions.py": "tools/comparing/alignment tools/comparing/light",
    "tools/comparing/test_pictures.py": "tools/comparing/describing",
    "tools/comparing/test_documents.py": "tools/comparing/words",
    "tools/mcp_client/test_remote.py": "tools/mcp_client/link",
    "tools/ocr/test_layout.py": "tools/scan_reader",
    "tools/tables/test_query.py": "tools/tables/library",
    "tools/test_base.py": "tools/signature",
    "ui/openai_server/test_app.py": (
        "ui/http/answering ui/http/logs ui/http/metrics ui/http/streaming"
    ),
    "ui/openai_server/test_clients.py": "agent/direct agent/given_documents",
    "ui/service/test_client.py": (
        "ui/service/app ui/service/launch ui/service/place ui/service/wire"
    ),
    "cli/test_warm.py": "cli/answering cli/up cli/warm_engine",
    "ui/web/export/test_files.py": "ui/web/export/web_page ui/web/export/word",
    "ui/web/test_comparisons.py": (
        "tools/comparing/overlay ui/web/compared ui/web/html/beside ui/web/looks"
    ),
    "ui/web/test_live_answers.py": "ui/web/live_answer",
    "ui/web/test_prompts.py": "ui/web/html/prompts",
    "ui/web/test_app.py": (
        "ui/web/chat ui/web/intake ui/web/documents_panel ui/web/event_handlers ui/web/events ui/web/layout"
        " ui/web/conversation ui/web/navigation ui/web/routes ui/web/session ui/web/text ui/web/theme"
    ),
    "retrieval/test_page_vectors.py": (
        "retrieval/embeddings/pages retrieval/page_order retrieval/ranking/page_rerank"
    ),
    "tools/detection/test_detr.py": "tools/detection/engine",
    "weights/test_choices.py": "cli/show/choices",
    "weights/test_hub.py": "weights/sources",
    "weights/test_registry.py": "weights/published weights/starter",
}
"""Modules without a test file of their own, by the test that fails when they do: a helper of one
module is tested with it, a page or a command from outside."""


def without_own_test() -> set[str]:
    """Modules that do something, as "agent/planner", and have no file of tests of their name."""
    found = set()
    for path in sources():
        place = Path(relative(path))
        own = TESTS / place.parent / f"test_{place.name}"
        if path.name != "__init__.py" and place.parts[0] != "benchmarks" and not own.exists():
            found.add(place.with_suffix("").as_posix())
    return {module for module in found if does_something(tree_of(ROOT / f"{module}.py"))}


def does_something(tree: ast.Module) -> bool:
    """Whether any function has more than a docstring; protocols and values have not."""
    return any(
        not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line in node.body
    )


def listed(table: Mapping[str, str]) -> list[str]:
    return [module for modules in table.values() for module in modules.split()]


def test_every_module_is_tested_somewhere() -> None:
    untested = {
        module
        for module in without_own_test() - set(listed(TESTED_WITH))
        if Path(module).parent.as_posix() not in THROUGH_THEIR_FACE
    }
    assert untested == set(), "give it tests/.../test_NAME.py, or a line in TESTED_WITH"


def test_modules_that_are_named_are_there_once() -> None:
    modules = listed(TESTED_WITH)
    assert [module for module in modules if not (ROOT / f"{module}.py").is_file()] == []
    assert len(modules) == len(set(modules))


@pytest.mark.parametrize("test", sorted({*TESTED_WITH, *THROUGH_THEIR_FACE.values()}))
def test_tests_that_are_named_are_there(test: str) -> None:
    assert (TESTS / test).is_file()


@pytest.mark.parametrize("folder", THROUGH_THEIR_FACE)
def test_folders_that_are_named_are_there(folder: str) -> None:
    assert (ROOT / folder / "__init__.py").is_file()


def test_what_only_declares_needs_no_test() -> None:
    assert not does_something(ast.parse("class A:\n    def f(self) -> int:\n        '''Why.'''\n"))
    assert does_something(ast.parse("class A:\n    def f(self) -> int:\n        return 1\n"))
