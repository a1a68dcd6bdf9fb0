"""What is deployed is what there is: commands, settings and files of containers and units exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .pages_kit import ROOT
from .test_docs import check_looktwice, paths_of_settings

DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
BESIDE_PYTHON = str(Path(sys.executable).parent)
HADOLINT = shutil.which("hadolint", path=BESIDE_PYTHON) or shutil.which("hadolint")
SETTINGS = {"LOOKTWICE_" + path.upper().replace(".", "__") for path in paths_of_settings()}


def services() -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for path in COMPOSE:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(path.name, name, service) for name, service in told["services"].items()]
    return found


@pytest.mark.parametrize(("file", "name", "service"), services(), ids=str)
def test_services(file: str, name: str, service: dict[str, Any]) -> None:
    if name != "looktwice":
        assert service["image"].startswith("${")  # may be pinned from outside
        return
    if "command" in service:
        check_looktwice(service["command"])
    if "build" in service:
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        targets = set(re.findall(r"^FROM \S+ AS (\w+)", DOCKERFILE, re.M))
        assert {"cpu", "cuda"} < targets
    own = {key for key in service.get("environment", {}) if key.startswith("LOOKTWICE_")}
    assert own <= SETTINGS


def test_the_containers_command_and_settings_exist() -> None:
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.M)
    check_looktwice(json.loads(command))
    assert set(re.findall(r"LOOKTWICE_\w+", DOCKERFILE)) <= SETTINGS
    for name in re.findall(r"\[([\w,]+)\]\"", DOCKERFILE):
        assert set(name.split(",")) <= {"all", "gpu"}


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").iterdir()), ids=lambda p: p.name)
def test_units_start_commands_that_exist(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    program, *words = shlex.split(line.replace("${CREDENTIALS_DIRECTORY}", "."))
    assert program.endswith("/looktwice")
    check_looktwice(words)
    assert set(re.findall(r"LOOKTWICE_\w+", text)) <= SETTINGS


@pytest.mark.skipif(HADOLINT is None, reason="needs hadolint")
def test_the_dockerfile_is_linted() -> None:
    command = [str(HADOLINT), str(DEPLOY / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
