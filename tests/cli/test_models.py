"""`looktwice models`."""

from __future__ import annotations

import json

import pytest
from looktwice.cli import models
from looktwice.weights import hardware, packs, registry

from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_models_list(run: Run) -> None:
    done = run("models", "list", "--json")
    listed = json.loads(done.out)
    assert done.code == 0
    assert [w["name"] for w in listed] == list(registry.CATALOGUE)
    assert {w["status"] for w in listed} == {"missing"}
    assert all(w["licence"] and w["homepage"] and w["purpose"] for w in listed)
    shown = run("models", "list").out
    assert all(name in shown for name in registry.CATALOGUE)


def test_models_verify_tells_missing_weights_by_its_exit_code(run: Run) -> None:
    done = run("models", "verify", "starter", "--json")
    assert done.code == 1
    assert {w["name"] for w in json.loads(done.out)} == set(packs.PACKS["starter"].values())


def test_models_choose_says_what_fits_and_takes_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "ram_bytes", lambda: 16 * 10**9)
    done = run("models", "choose", "--json")
    told = json.loads(done.out)
    assert [m["name"] for m in told["models"] if m["recommended"]] == ["qwen3-vl-4b-gguf"]
    assert "--pack laptop" in told["why"]
    shown = run("models", "choose").out
    assert "yes, take this" in shown
    assert "Apache-2.0" in shown
    fetched: list[str] = []
    monkeypatch.setattr(models, "pull", fetched.append)
    assert run("models", "choose", "--take").code == 0
    assert fetched == ["laptop"]
