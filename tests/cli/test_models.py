"""`looktwice models`."""

from __future__ import annotations

import json
import socket
from typing import Any

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


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["models", "choose"], 0, "forbids fetching qwen3-vl-4b-gguf"),
        (["models", "choose", "--take"], 1, "forbids fetching"),
        (["models", "discover"], 0, "No model server"),
        (["models", "pull", "laptop"], 1, "LOOKTWICE_OFFLINE"),
        (["ask", "What is 2 + 2?", "--pack", "laptop"], 1, "LOOKTWICE_OFFLINE"),
        (["eval", "run", "quick", "--limit", "1", "--pack", "laptop"], 1, "LOOKTWICE_OFFLINE"),
        (["doctor", "--speed"], 1, "LOOKTWICE_OFFLINE"),
    ],
)
def test_without_a_hub_each_command_says_what_is_missing_and_asks_no_other_host(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str
) -> None:
    """The guard of all tests would stop it; this one also hears what was caught on its way."""
    asked: list[Any] = []
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    monkeypatch.setattr(hardware, "ram_bytes", lambda: 16 * 10**9)
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def heard_name(host: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return resolve(host, *args, **kwargs)

    def heard_address(self: socket.socket, address: Any) -> None:
        asked.append(address[0] if isinstance(address, tuple) else "localhost")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", heard_name)
    monkeypatch.setattr(socket.socket, "connect", heard_address)
    done = run(*words)
    assert done.code == code
    assert said in " ".join((done.out + done.err).split())
    assert "Traceback" not in done.err
    assert set(asked) <= {"127.0.0.1", "localhost", "::1"}
