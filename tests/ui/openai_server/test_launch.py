"""The server as a process: it lets answers be finished, and ends well."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ...agent import kit
from ..api_kit import KEY, client, user, wait_until

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
