"""Settings as a command finds them: the file, the environment, arguments; what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.schema import Answer

from ..agent.backends.fake_server import FakeServer
from .cli_kit import HELLO, TOTAL, Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_nested_settings_from_the_environment(
    ask: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKTWICE_LIMITS__MODEL_CALLS", "1")
    done = ask(TOTAL, photo, "--json")
    answer = Answer.model_validate_json(done.out)
    assert (answer.stop_reason, answer.usage.model_calls) == ("budget", 1)
    assert (answer.status, done.code) == ("partial", 0)  # a model that sees drafts first


def test_nested_settings_from_the_file(ask: Run, photo: Path) -> None:
    Path("looktwice.toml").write_text("[limits]\nmodel_calls = 1\n", encoding="utf-8")
    answer = Answer.model_validate_json(ask(TOTAL, photo, "--json").out)
    assert answer.stop_reason == "budget"


def test_the_environment_is_stronger_than_the_file_and_arguments_than_both(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: FakeServer, no_weights: None
) -> None:
    Path("looktwice.toml").write_text('model = "from-the-file"\n', encoding="utf-8")
    assert "from-the-file" in run("ask", HELLO).err
    monkeypatch.setenv("LOOKTWICE_MODEL", "from-the-environment")
    assert "from-the-environment" in run("ask", HELLO).err
    assert run("ask", HELLO, "--model", server.address).code == 0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("nonsense = 1", "nonsense"),
        ("limits = 3", "limits"),
        ("[limits]\nrounds = -1", "limits.rounds"),
        ('[limits]\nrounds = "many"', "limits.rounds"),
        ("[limits]\nronds = 1", "limits.ronds"),
        ('pack = "huge"', "pack"),
        ("[thresholds]\nsupported = 2", "thresholds.supported"),
    ],
)
@pytest.mark.parametrize("command", [["tools"], ["doctor"], ["ask", HELLO], ["models", "list"]])
def test_a_wrong_settings_file_names_the_field(
    run: Run, text: str, field: str, command: list[str]
) -> None:
    Path("looktwice.toml").write_text(text, encoding="utf-8")
    done = run(*command)
    assert done.code == 2
    assert f"{field}: " in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("LIMITS__ROUNDS", "many", "limits.rounds"),
        ("LIMITS__RONDS", "1", "limits.ronds"),
        ("LIMITS", "nonsense", "limits"),
        ("PACK", "huge", "pack"),
        ("OFFLINE", "perhaps", "offline"),
    ],
)
def test_a_wrong_variable_names_the_field(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    monkeypatch.setenv(f"LOOKTWICE_{name}", value)
    done = run("tools")
    assert done.code == 2
    assert field in done.err


def test_a_settings_file_that_is_no_toml(run: Run) -> None:
    Path("looktwice.toml").write_text('pack = "starter', encoding="utf-8")
    done = run("tools")
    assert done.code == 2
    assert done.err.startswith("looktwice: settings: ")


def test_a_settings_file_that_is_no_toml_is_named(run: Run) -> None:
    Path("looktwice.toml").write_text('pack = "starter', encoding="utf-8")
    assert "looktwice.toml" in run("tools").err


def test_a_home_that_is_no_folder(run: Run, ask: Run, photo: Path, monkeypatch: Any) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("LOOKTWICE_HOME", "file")
    done = ask(TOTAL, photo)
    assert done.code in (1, 2)
    assert "LOOKTWICE_HOME" in done.err
    assert len(done.err.splitlines()) == 1
