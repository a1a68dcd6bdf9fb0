"""The wheel holds what the program needs and nothing else; built offline from a copy."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import looktwice
import pytest

from .wheel_kit import ROOT, build_wheel

NOT_SHIPPED = {"tests", "benchmarks", "docs", "examples"}
"""Folders with programs that stay in the repository."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def held(wheel: zipfile.ZipFile) -> set[str]:
    return set(wheel.namelist())


def folders_of_packages() -> set[Path]:
    """Folders of the repository, relative to its root, that have an __init__.py."""
    return {
        path.parent.relative_to(ROOT)
        for path in ROOT.rglob("__init__.py")
        if not any(p.startswith(".") or p == "build" for p in path.relative_to(ROOT).parts)
        and not NOT_SHIPPED & set(path.relative_to(ROOT).parts)
    }


def test_the_packages_listed_are_the_packages_there_are(project: dict[str, Any]) -> None:
    listed = project["tool"]["setuptools"]["packages"]
    there = {".".join(("looktwice", *folder.parts)) for folder in folders_of_packages()}
    assert set(listed) == there
    assert len(listed) == len(set(listed))


def test_no_module_lies_in_a_folder_that_is_no_package() -> None:
    packages = folders_of_packages()
    for path in ROOT.rglob("*.py"):
        inside = path.relative_to(ROOT)
        hidden = any(p.startswith(".") or p == "build" for p in inside.parts)
        if not hidden and not NOT_SHIPPED & set(inside.parts):
            assert inside.parent in packages, inside


def test_every_module_is_in_the_wheel(held: set[str]) -> None:
    modules = {
        f"looktwice/{path.relative_to(ROOT).as_posix()}"
        for folder in folders_of_packages()
        for path in (ROOT / folder).glob("*.py")
    }
    assert len(modules) > 40
    assert modules == {name for name in held if name.endswith(".py")}


def test_prompts_samples_and_the_typing_mark_are_in_the_wheel(held: set[str]) -> None:
    prompts = {
        f"looktwice/prompts/{path.name}"
        for path in (ROOT / "prompts").iterdir()
        if path.is_file() and path.suffix != ".py"
    }
    assert len(prompts) > 5
    assert prompts <= held
    samples = {f"looktwice/samples/{path.name}" for path in (ROOT / "samples").iterdir()}
    assert "looktwice/samples/receipt.jpg" in samples
    assert {"looktwice/py.typed", *samples} <= held


def test_the_licence_is_in_the_wheel(wheel: zipfile.ZipFile, held: set[str]) -> None:
    (name,) = [name for name in held if name.endswith("/LICENSE")]
    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()
    (metadata,) = [name for name in held if name.endswith(".dist-info/METADATA")]
    assert b"License-Expression: Apache-2.0" in wheel.read(metadata)


def test_nothing_else_is_in_the_wheel(held: set[str]) -> None:
    tops = {PurePosixPath(name).parts[0] for name in held}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"looktwice"}
    assert not [n for n in held if NOT_SHIPPED & set(PurePosixPath(n).parts)]
    kinds = {".py", ".md", ".jsonl", ".json", ".jpg", ".png", ".typed", ".html", ".css", ".js"}
    files = [PurePosixPath(name) for name in held if name.startswith("looktwice/")]
    assert [file for file in files if file.suffix not in kinds] == []


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile, held: set[str]) -> None:
    (name,) = [name for name in held if name.endswith(".dist-info/entry_points.txt")]
    assert "looktwice = looktwice.cli.app:main" in wheel.read(name).decode()


def test_the_version_is_the_same_everywhere(project: dict[str, Any], held: set[str]) -> None:
    assert project["project"]["version"] == looktwice.__version__
    assert f"looktwice-{looktwice.__version__}.dist-info/METADATA" in held


def test_the_wheel_runs_from_elsewhere(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked next to nothing of the repository, its data is found inside it."""
    wheel.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, 'site')\n"
        "import looktwice; assert looktwice.__file__.startswith(sys.argv[1]), looktwice.__file__\n"
        "from looktwice.agent.planner import shipped_examples; assert len(shipped_examples()) > 50\n"
        "from importlib.resources import files\n"
        "assert (files('looktwice') / 'samples' / 'receipt.jpg').is_file()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
