"""What a run was made with, so that two runs can be told to be alike or not."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from ..errors import BadInput, UsageError
from ..schema import Value
from ..settings import Settings
from ..weights.registry import weight_named
from ..weights.resolve import names_in, resolve_model, resolve_pack

NAME = "run.json"
_PACKAGES = (
    "looktwice", "langgraph", "pydantic", "numpy", "pillow", "torch", "transformers", "xllamacpp",
    "onnxruntime", "ultralytics", "paddleocr", "chromadb", "pypdfium2",
)  # fmt: skip


class Manifest(Value):
    """A run.

    Attributes:
        suite: its name, or the adapter's.
        folder: of the suite, relative to the run's.
        tasks: SHA-256 of the tasks and their files.
        count: how many tasks.
        seed, limit: what was drawn.
        pictures: False where the questions were asked without their pictures.
        settings: as they were in force, without secrets and without places of this machine.
        files: SHA-256 of every weight file of the pack, by name.
        versions: of Python and of the packages that decide answers.
        machine: what seconds depend on.
        started: UTC, ISO 8601.
    """

    suite: str
    folder: str
    tasks: str
    count: int
    seed: int
    limit: int | None = None
    pictures: bool = True
    pack: str
    model: str
    settings: dict[str, Any]
    files: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    machine: dict[str, str] = Field(default_factory=dict)
    started: str


def describe(settings: Settings, model: str = "", **run: Any) -> Manifest:
    """The manifest of a run that begins now.

    Args:
        settings: of the assistant.
        model: its name, where it is not the settings' own.
        **run: suite, folder, tasks, count, seed, limit, pictures.
    """
    return Manifest(
        pack=resolve_pack(settings),
        model=model or resolve_model(settings).name,
        settings=settings.model_dump(mode="json", exclude={"home", "api_key"}),
        files=files_of(settings),
        versions=versions(),
        machine=machine(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        **run,
    )


def files_of(settings: Settings) -> dict[str, str]:
    """SHA-256 of each file of the pack's weights; for a hub repository, its name."""
    found: dict[str, str] = {}
    for name in names_in("auto", settings):
        source = weight_named(name).source
        if isinstance(source, tuple):
            found.update({f"{name}/{file.name}": file.sha256 for file in source})
        else:
            found[name] = str(source)
    return found


def versions() -> dict[str, str]:
    """Python and the packages that decide answers."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # an extra that is not installed
            continue
    return found


def machine() -> dict[str, str]:
    """What seconds depend on."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": str(os.cpu_count() or 0),
        "gpu": _gpu(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str:
    torch = sys.modules.get("torch")  # only where the run has loaded it anyway
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "none"


def save(manifest: Manifest, folder: Path) -> None:
    """Write it, replacing an older one at once or not at all."""
    path = folder / NAME
    fresh = path.with_suffix(".new")
    fresh.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    fresh.replace(path)


def load(folder: Path) -> Manifest:
    """The manifest of a run.

    Raises:
        UsageError: this is no folder of a run.
        BadInput: the file is damaged.
    """
    path = folder / NAME
    if not path.is_file():
        raise UsageError(f"{folder}: no run here; `looktwice eval run SUITE -o FOLDER` makes one")
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise BadInput(str(path), f"no record of a run: {error.errors()[0]['msg']}") from None
