"""The README is true: its Python runs, its names exist, its pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from looktwice.settings import Settings
from looktwice.weights.registry import CATALOGUE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXECUTED = re.findall(
    r"<!-- executed by tests/test_readme.py -->\n```python\n(.*?)```", README, re.DOTALL
)


def test_every_python_block_is_executed() -> None:
    assert len(EXECUTED) == README.count("```python") == 2


@pytest.mark.weights
@pytest.mark.parametrize("code", EXECUTED, ids=["ask", "tool"])
def test_the_code_runs_as_it_stands(
    code: str,
    starter_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOOKTWICE_HOME", str(starter_settings.home))
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out
    assert re.search(r"33\.64 answered|34[.,]50", printed), printed


def test_pictures_and_links_exist() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_folder_tree_is_the_real_one() -> None:
    named = set(re.findall(r"^(\w+)/ ", README, re.MULTILINE))
    real = {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()} | {"samples", "tests"}
    assert named == real


def test_commands_exist() -> None:
    from looktwice.cli.app import app
    from looktwice.cli.index.app import index_app
    from looktwice.cli.models import models_app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {"batch", "eval", "models", "index"}
    assert set(re.findall(r"^looktwice (\w+)", README, re.MULTILINE)) <= known
    said = set(re.findall(r"looktwice index (\w+)", README))
    names = {c.name or c.callback.__name__ for c in index_app.registered_commands if c.callback}
    assert said
    assert said <= names
    assert {
        c.name or c.callback.__name__ for c in models_app.registered_commands if c.callback
    } == {
        "list",
        "pull",
        "verify",
    }


def test_no_licence_is_left_out() -> None:
    stated = README[README.index("## Models, packs and licences") :]
    for weight in CATALOGUE.values():
        family = re.split(r"[-\d.]", weight.name)[0]
        assert family.lower() in stated.lower(), weight.name
