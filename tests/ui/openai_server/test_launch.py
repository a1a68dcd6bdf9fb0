"""The server as a process: who may listen where, keys from files, and a good end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from looktwice.errors import UsageError
from looktwice.ui.http.api_keys import Keys
from looktwice.ui.http.guard import host_name
from looktwice.ui.openai_server.launch import bind, check_host, is_local

from ...agent import kit
from ..api_kit import KEY, client, user, wait_until


def test_other_machines_need_keys() -> None:
    assert check_host("127.0.0.1", Keys())
    assert check_host("localhost", Keys())
    for host in ("0.0.0.0", "::", "192.168.1.4", "my-machine"):
        assert not is_local(host)
        with pytest.raises(UsageError, match="--api-key-file"):
            check_host(host, Keys())
        assert not check_host(host, Keys([KEY]))


def test_a_port_that_is_taken_is_told() -> None:
    with bind("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(UsageError, match="try another"):
            bind("127.0.0.1", first.getsockname()[1])


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a:1", "a"),
        ("a", "a"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("", ""),
        ("a:b:1", "a:b:1"),
    ],
)
def test_host_names(header: str, name: str) -> None:
    assert host_name(header) == name


def test_keys_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# ours\n\n  {KEY}  \nanother-key-of-16-characters\n")
    keys = Keys.from_file(file)
    assert len(keys) == 2
    assert keys.who(f"Bearer {KEY}") == 1
    assert keys.who(f"bearer  {KEY}") == 1
    assert keys.who("Bearer another-key-of-16-characters") == 2
    for wrong in ("", KEY, f"Basic {KEY}", f"Bearer {KEY[:-1]}", "Bearer \udce4", "Bearer"):
        assert keys.who(wrong) is None
    assert KEY not in repr(vars(keys))


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "holds none"), ("# only words\n", "holds none"), ("short\n", "at least 16")],
)
def test_wrong_key_files(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(UsageError, match=why):
        Keys.from_file(tmp_path / "keys")
    with pytest.raises(UsageError, match="cannot be read"):
        Keys.from_file(tmp_path / "nothing")


CHILD = """
from pathlib import Path
from looktwice.tests.agent import kit
from looktwice.ui.openai_server import launch

def slow(picture):
    import time
    time.sleep(1)
    return kit.reading("Total 8.20")

home = Path({home!r})
launch.Assistant = lambda settings, index=None: kit.make_assistant(
    home, experts=kit.instant_experts(read=slow)
)
launch.serve(kit.Settings(home=home), "127.0.0.1", 0, key_file=home / "keys")
"""


def test_a_signal_lets_answers_be_finished(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEY)
    code = CHILD.format(home=str(tmp_path))
    log = tmp_path / "log"
    with log.open("w") as errors:
        child = subprocess.Popen([sys.executable, "-c", code], stderr=errors, text=True)
    try:
        wait_until(lambda: "startup complete" in log.read_text(), 60)
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        address = next(line["address"] for line in lines if "address" in line)
        stream = client(address).chat.completions.create(
            model="looktwice", messages=[user(kit.TOTAL, kit.picture(4))], stream=True
        )
        next(stream)
        child.send_signal(signal.SIGTERM)
        assert "".join(c.choices[0].delta.content or "" for c in stream) == "8.20"
        assert child.wait(20) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/health")
    finally:
        child.kill()
        child.wait()
    assert KEY not in log.read_text()
    assert all(json.loads(line) for line in log.read_text().splitlines())
