"""Diagnosis: every fault is found and comes with the step that mends it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from looktwice.cli import diagnosis
from looktwice.cli.findings import Finding
from looktwice.settings import McpServer, Settings
from looktwice.weights import packs


def settings_at(home: Path, **more: object) -> Settings:
    return Settings.load(home=home, **{"pack": "starter", **more})


def named(findings: list[Finding], name: str) -> Finding:
    (found,) = [finding for finding in findings if finding.name == name]
    return found


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Installed versions that a test can replace; None is not installed."""
    changed: dict[str, str | None] = {}
    real = metadata.version

    def version(name: str) -> str:
        if name in changed:
            if changed[name] is None:
                raise metadata.PackageNotFoundError(name)
            return str(changed[name])
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    return changed


def test_faults_and_only_faults_have_a_step_that_mends_them(home: Path) -> None:
    findings = diagnosis.report(settings_at(home))
    assert all(bool(finding.mend) != finding.ok for finding in findings)
    assert len({finding.name for finding in findings}) == len(findings)


def test_every_package_looktwice_asks_for_is_looked_at(home: Path) -> None:
    names = {finding.name for finding in diagnosis.report(settings_at(home))}
    assert {"torch", "langgraph", "ultralytics", "paddleocr", "chromadb", "gradio"} <= names
    assert "pytest" not in names  # an extra


def test_missing_weights_name_the_command(home: Path) -> None:
    findings = diagnosis.report(settings_at(home))
    for name in packs.PACKS["starter"].values():
        found = named(findings, f"weights {name}")
        assert not found.ok
        assert found.mend == "looktwice models pull starter"
    assert list(home.iterdir()) == []  # looking writes nothing


def test_a_missing_and_an_old_package(home: Path, versions: dict[str, str | None]) -> None:
    versions.update({"xllamacpp": None, "gradio": "3.1"})
    findings = diagnosis.report(settings_at(home))
    assert named(findings, "xllamacpp").found == "missing"
    assert 'pip install "xllamacpp>=' in named(findings, "xllamacpp").mend
    assert named(findings, "gradio").found.startswith("3.1, expected >=")


def test_torch_and_torchvision_from_different_places(
    home: Path, versions: dict[str, str | None]
) -> None:
    versions["torch"] = metadata.version("torch").partition("+")[0] + "+cpu"
    versions["torchvision"] = metadata.version("torchvision").partition("+")[0]
    found = named(diagnosis.report(settings_at(home)), "torch and torchvision")
    assert not found.ok
    assert "--force-reinstall torch torchvision" in found.mend


def test_two_versions_of_opencv(home: Path, versions: dict[str, str | None]) -> None:
    versions.update(
        {"opencv-python": "4.10.0.84", "opencv-python-headless": "5.0.0.1"}
        | {"opencv-contrib-python": "4.10.0.84", "opencv-contrib-python-headless": None}
    )
    found = named(diagnosis.report(settings_at(home)), "opencv")
    assert not found.ok
    assert "opencv-python-headless==4.10.0.84" in found.mend
    versions["opencv-python-headless"] = None
    assert named(diagnosis.report(settings_at(home)), "opencv").ok


def test_settings_that_cannot_work(home: Path) -> None:
    wrong = settings_at(home, model="nonsense", detector="/no/such.pt", mmproj="/no/such.gguf")
    findings = diagnosis.report(wrong)
    assert {f.name for f in findings if not f.ok} >= {"chat model", "detector", "mmproj"}


def test_an_mcp_server_whose_program_is_missing(home: Path) -> None:
    servers = {
        "shop": McpServer(command="no-such-program"),
        "here": McpServer(command=sys.executable),
        "far": McpServer(url="https://tools.example/mcp?key=SECRET"),
    }
    findings = diagnosis.report(settings_at(home, mcp_servers=servers))
    shop, here, far = (named(findings, f"MCP server {name}") for name in servers)
    assert (shop.ok, here.ok, far.ok) == (False, True, True)
    assert "mcp_servers.shop.command" in shop.mend
    assert far.found == "tools.example"


def test_an_address_needs_no_chat_weights_and_is_not_called(home: Path) -> None:
    findings = diagnosis.report(settings_at(home, model="http://gpu.example:8000/v1"))
    assert named(findings, "chat model").ok
    assert not [f for f in findings if packs.PACKS["starter"]["chat"] in f.name]


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = named(diagnosis.report(settings_at(tmp_path / "file" / "home")), "home")
    assert not found.ok
    assert "LOOKTWICE_HOME" in found.mend


def test_a_disk_too_small(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 10**9})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = named(diagnosis.report(settings_at(home)), "disk")
    assert not found.ok
    assert found.found.startswith("1.0 GB free, 3.")


def test_looking_imports_nothing_heavy(home: Path) -> None:
    code = (
        "import sys; from looktwice.cli import diagnosis; from looktwice.weights import hardware;"
        "from looktwice.settings import Settings;"
        "hardware.may_have_gpu = lambda: False; diagnosis.report(Settings.load(pack='starter'));"
        "heavy = {'torch', 'transformers', 'ultralytics', 'paddleocr', 'onnx', 'huggingface_hub'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.weights
def test_all_is_well_here(starter_settings: Settings) -> None:
    assert [f for f in diagnosis.report(starter_settings) if not f.ok] == []
