"""What holds for every tool of an assistant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from looktwice.errors import UsageError, WeightsError
from looktwice.media.store import Store
from looktwice.schema import Evidence
from looktwice.settings import Settings
from looktwice.tools import Context, Tool, tool
from looktwice.tools.detection.detector import Detector
from looktwice.tools.registry import Experts, default_tools, describe

from .engines_kit import FixedReader, experts, run

TABLE_TOOLS = ("find_table", "query_table")


def test_every_tool_keeps_the_contract(store: Store) -> None:
    tools = default_tools(Settings(), store)
    assert [item.name for item in tools] == [
        "detect_objects",
        "read_text",
        "look_closer",
        "read_codes",
        "compare_pictures",
        "calculate",
        *TABLE_TOOLS,
    ]
    for item in tools:
        assert isinstance(item, Tool)
        assert 20 < len(item.description) < 120
        # Those of tables go together, so the planner's examples show both; they depend on the evidence.
        assert bool(item.examples) == item.cache == (item.name not in TABLE_TOOLS)
        properties = item.parameters["properties"]
        assert all(part["description"] for part in properties.values())
        assert item.needs_picture == ("picture" in properties)
        assert "street" not in properties
        assert item.name in describe(tools)


def test_two_tools_of_one_name_are_refused(store: Store) -> None:
    @tool
    def calculate(expression: str) -> str:
        """Mine.

        Args:
            expression: Anything.
        """
        return expression

    with pytest.raises(UsageError, match="calculate"):
        default_tools(Settings(), store, [calculate])


def test_listing_the_tools_loads_no_engine() -> None:
    program = """
import sys
from pathlib import Path
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.tools import default_tools
default_tools(Settings(), Store(Path("unused")))
heavy = {"torch", "ultralytics", "paddleocr", "onnxruntime", "cv2", "simpleeval"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_missing_weights_are_an_observation(street: Context) -> None:
    def missing() -> Path:
        raise WeightsError("no detector here; run `looktwice models pull`")

    engines = Experts(Detector(missing, 0.3), FixedReader(), None)
    error = run(engines, street, "detect_objects").error
    assert error is not None
    assert error.kind == "unavailable"
    assert "models pull" in error.message


def test_evidence_of_every_expert_round_trips(street: Context) -> None:
    for name in ("detect_objects", "read_text", "look_closer"):
        for item in run(experts("words"), street, name).evidence:
            assert Evidence.model_validate_json(item.model_dump_json()) == item
