"""What every test shares: no network but loopback, no touching of the user's home, the starter pack."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from looktwice.media.store import Store
from looktwice.settings import Settings, quiet_third_parties

from .warm_models import warm_model, warm_models  # noqa: F401

quiet_third_parties(Settings(offline=True))
hypothesis_settings.register_profile("looktwice", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("looktwice")

# Started in the background, a shell's children ignore Ctrl-C, and so would the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)

REAL_HOME = Settings.load().home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: one that begins last keeps one worker when the others are done."""
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)


class NetworkForbidden(AssertionError):
    """A test tried to reach beyond this machine."""


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, connect_ex, resolve = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def guard(address: Any) -> None:
        if not _is_loopback(address):
            raise NetworkForbidden(f"tests must not reach {address!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        guard(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        guard(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None:
            name = host.decode() if isinstance(host, bytes) else host
            guard((name, 0))
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)


@pytest.fixture(autouse=True)
def _no_user_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in [n for n in os.environ if n.startswith("LOOKTWICE_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "home"
    monkeypatch.setenv("LOOKTWICE_HOME", str(home))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LOOKTWICE_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("LOOKTWICE_HOME", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def starter_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings on the real starter pack: its weights are the user's, all else is temporary."""
    home = tmp_path_factory.mktemp("starter")
    (home / "weights").symlink_to(REAL_HOME / "weights", target_is_directory=True)
    if not (REAL_HOME / "weights").is_dir():
        pytest.fail(
            "the starter pack is missing: run `looktwice models pull starter` (make test does)"
        )
    settings = Settings(home=home, pack="starter", offline=True)
    shared = shared_folder(tmp_path_factory) / "cache"
    shared.mkdir(exist_ok=True)
    (home / "cache").symlink_to(shared, target_is_directory=True)
    return settings


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the workers of this run: what the models made of prompts and examples is made once."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
