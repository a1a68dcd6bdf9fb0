"""What is public: the names, and that asking for them costs nothing heavy."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import looktwice
import pytest

HEAVY = {"torch", "transformers", "ultralytics", "paddleocr", "chromadb", "gradio"}
ALSO_SLOW = {"langgraph", "sentence_transformers", "cv2", "onnx", "onnxruntime", "openai"}

PLAIN = {"annotations", "import_module", "TYPE_CHECKING", "Any"}
"""What the module itself needs to be written; everything else without an underscore is public."""


def loaded_by(code: str, folder: Path) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the code ran."""
    tail = (
        "\nimport json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + tail],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", looktwice.__all__)
def test_every_public_name_resolves(name: str) -> None:
    value = getattr(looktwice, name)
    assert value is not None
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__name__ == name
        assert value.__module__.startswith("looktwice.")


def test_names_are_listed_once_and_in_order() -> None:
    assert len(set(looktwice.__all__)) == len(looktwice.__all__)
    assert looktwice.__all__ == sorted(looktwice.__all__)


def test_the_three_lists_of_names_agree() -> None:
    """`__all__`, the lazy homes and what type checkers read."""
    homes = [name for names in looktwice._HOMES.values() for name in names]
    assert sorted(homes) == sorted(looktwice.__all__)
    source = Path(looktwice.__file__).read_text(encoding="utf-8")
    block = source.partition("if TYPE_CHECKING:")[2].partition("__version__")[0]
    for name in looktwice.__all__:
        assert block.count(f" {name},") + block.count(f" {name}\n") == 1, name


def test_nothing_else_is_public(tmp_path: Path) -> None:
    code = "import json, looktwice\nprint(json.dumps(sorted(vars(looktwice))))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    public = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    assert public <= PLAIN | set(looktwice.__all__)


def test_dir_shows_the_names_before_they_are_loaded(tmp_path: Path) -> None:
    code = "import looktwice; assert set(looktwice.__all__) <= set(dir(looktwice))"
    assert "pydantic" not in loaded_by(code, tmp_path)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        looktwice.Nonsense  # noqa: B018
    assert not hasattr(looktwice, "nonsense")


def test_importing_the_package_loads_no_third_party_module(tmp_path: Path) -> None:
    here, nothing = loaded_by("import looktwice", tmp_path), loaded_by("", tmp_path)
    assert here - nothing - sys.stdlib_module_names == {"looktwice"}


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["models", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        f"import runpy, sys\nsys.argv = ['looktwice', *{arguments!r}]\n"
        "try:\n    runpy.run_module('looktwice', run_name='__main__')\n"
        "except SystemExit as done:\n    assert done.code == 0, done.code"
    )
    loaded = loaded_by(code, tmp_path)
    assert "typer" in loaded
    assert not loaded & (HEAVY | ALSO_SLOW | {"PIL", "numpy"})


def test_the_assistant_can_be_imported_without_anything_heavy(tmp_path: Path) -> None:
    loaded = loaded_by("from looktwice import Assistant, ScriptedModel, tool", tmp_path)
    assert "pydantic" in loaded
    assert not loaded & (HEAVY | ALSO_SLOW | {"numpy"})


def test_tools_and_weights_are_listed_without_loading_anything_heavy(tmp_path: Path) -> None:
    code = (
        "import contextlib, io, sys\nfrom looktwice.cli.app import app\n"
        "for words in (['tools'], ['models', 'list']):\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        app(words, standalone_mode=False)"
    )
    assert not loaded_by(code, tmp_path) & HEAVY
