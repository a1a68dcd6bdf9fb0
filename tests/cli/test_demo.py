"""The demo, and that nothing in it needs anything beyond this machine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from looktwice import samples
from looktwice.cli import demo
from looktwice.errors import UsageError
from looktwice.schema import Answer
from looktwice.settings import Settings
from PIL import Image
from rich.console import Console

GUARD = textwrap.dedent(
    '''
    """Loaded by every Python below the test: sockets reach loopback and nothing else."""
    import ipaddress, os, sys

    def loopback(host):
        host = host.decode() if isinstance(host, bytes) else host
        try:
            return host in (None, "", "localhost") or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def guard(event, arguments):
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            allowed = not isinstance(address, tuple) or loopback(address[0])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            address = arguments[0]
            allowed = loopback(address)
        else:
            return
        with open(os.environ["TEST_GUARD_LOG"], "a") as log:
            print("allowed" if allowed else "FORBIDDEN", event, address, file=log)
        if not allowed:
            raise PermissionError(f"the test forbids {event} {address!r}")

    sys.addaudithook(guard)
    '''
)


class Guarded:
    """Runs Python in a process whose sockets are guarded, below it too.

    Attributes:
        log: every address that was asked for.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        (folder / "guard").mkdir(parents=True)
        (folder / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
        self._folder, self._home, self._log = folder, home, folder / "sockets.log"

    @property
    def log(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        extra = {
            "LOOKTWICE_HOME": str(self._home),
            "LOOKTWICE_OFFLINE": "1",
            "LOOKTWICE_PACK": "starter",
            "PYTHONPATH": str(self._folder / "guard"),
            "TEST_GUARD_LOG": str(self._log),
        }
        command = [sys.executable, *map(str, words)]
        return subprocess.run(
            command,
            cwd=self._folder,
            env={**os.environ, **extra},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )


# --- without weights ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.getaddrinfo('looktwice.example', 80)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import subprocess, sys; subprocess.run([sys.executable, '-c',"
        " 'import socket; socket.getaddrinfo(\"looktwice.example\", 80)'], check=True)",
    ],
)
def test_the_guard_of_these_tests_guards(tmp_path: Path, code: str) -> None:
    guarded = Guarded(tmp_path, tmp_path / "home")
    done = guarded.run("-c", f"import socket; {code}")
    assert done.returncode != 0
    assert "the test forbids" in done.stderr
    assert [line for line in guarded.log if line.startswith("FORBIDDEN")]


def test_the_guard_lets_loopback_through(tmp_path: Path) -> None:
    code = "import socket; s = socket.create_server(('127.0.0.1', 0))\n"
    code += "socket.create_connection(s.getsockname(), timeout=5).close()"
    done = Guarded(tmp_path, tmp_path / "home").run("-c", code)
    assert done.returncode == 0, done.stderr


def test_missing_weights_are_not_fetched_while_offline(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, tmp_path / "home")
    done = guarded.run("-m", "looktwice", "demo")
    assert done.returncode == 1
    assert "looktwice models pull starter" in done.stderr
    assert guarded.log == []


def test_the_pictures_of_the_demo_are_there() -> None:
    with as_file(files("looktwice") / "samples") as folder:
        asked = samples.questions(folder)
        assert len({q.words for q in asked}) == len(asked) >= 3
        for question in asked:
            with Image.open(question.picture) as picture:
                picture.verify()


def test_the_street_photo_is_found_without_importing_its_package(tmp_path: Path) -> None:
    code = (
        "import sys; from looktwice.samples import street_photo; assert street_photo().is_file()\n"
        "sys.exit('imported' if {'ultralytics', 'torch'} & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("spec", [None, "empty"])
def test_without_the_street_photo_the_command_that_mends_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spec: str | None
) -> None:
    empty = type("Spec", (), {"submodule_search_locations": [str(tmp_path)]})
    monkeypatch.setattr(samples, "find_spec", lambda _: empty if spec else None)
    with pytest.raises(UsageError, match="pip install ultralytics"):
        samples.street_photo()


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (("answered", "answered", "answered"), 0),
        (("answered", "declined", "answered"), 1),
        (("answered", "answered", "partial"), 1),
        (("failed", "failed", "failed"), 1),
    ],
)
def test_the_exit_code_is_0_only_when_all_is_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: Sequence[str], code: int
) -> None:
    class Warmed:
        def __init__(self, settings: Settings) -> None: ...
        def __enter__(self) -> Warmed:
            return self

        def __exit__(self, *_: object) -> None: ...
        def warm(self) -> None: ...

    given = iter(ends)
    monkeypatch.setattr("looktwice.agent.assistant.Assistant", Warmed)
    monkeypatch.setattr(demo, "demonstrate", lambda *_: next(given))
    quiet = Console(file=io.StringIO())
    assert demo.run_demo(Settings(home=tmp_path), tmp_path, quiet) == code


# --- with the starter pack ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, starter_settings: Settings) -> Guarded:
    return Guarded(tmp_path_factory.mktemp("guarded") / "here", starter_settings.home)


@pytest.fixture(scope="module")
def shown(guarded: Guarded, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demo as a user runs it, with what it printed and where it saved."""
    folder = tmp_path_factory.mktemp("saved")
    return guarded.run("-m", "looktwice", "demo", "--save", folder), folder


@pytest.mark.weights
def test_the_demo_answers_everything(shown: Any) -> None:
    done, _ = shown
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    ends = [line.split(" · ")[0] for line in lines if " model call" in line]
    assert len(ends) == 3
    assert set(ends) <= {"Checked", "Probably"}
    assert "4 people" in lines
    assert "33.64" in lines  # on the receipt
    assert "ORCHARD LANE" in done.stdout.upper()  # on the sign
    assert "Traceback" not in done.stderr


@pytest.mark.weights
def test_the_demo_saves_annotated_pictures(shown: Any) -> None:
    done, folder = shown
    saved = sorted(folder.iterdir())
    assert len(saved) == 3
    for path in saved:
        assert f"saved {path}" in done.stdout
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) >= 300


@pytest.mark.weights
def test_the_demo_reaches_nothing_beyond_this_machine(shown: Any, guarded: Guarded) -> None:
    assert shown[0].returncode == 0
    assert [line for line in guarded.log if not line.startswith("allowed")] == []


@pytest.mark.weights
def test_ask_offline_prints_one_answer_as_json(guarded: Guarded, tmp_path: Path) -> None:
    """Real engines write to standard output when they can; none of it may get through."""
    receipt = Path(str(files("looktwice") / "samples" / "receipt.jpg"))
    out = tmp_path / "out"
    done = guarded.run(
        "-m", "looktwice", "ask", "--json", "--save-annotated", out, "What is the total?", receipt
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    answer = Answer.model_validate(json.loads(done.stdout))
    assert answer.status == "answered"
    assert "33.64" in answer.text
    assert answer.citations
    assert answer.pack == "starter"
    assert len(list(out.iterdir())) == 1
    assert [line for line in guarded.log if not line.startswith("allowed")] == []
    assert done.stderr.splitlines()[0].strip().startswith("saved")
