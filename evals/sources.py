"""Where tasks come from: a suite that ships, a folder with tasks.jsonl, or a benchmark's files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .adapters import ADAPTERS, adapt
from .suites import SEED, SUITES, current_name, load, sample
from .task import TASKS, write_tasks

if TYPE_CHECKING:
    from ..tools.base import Tool

__all__ = ["TaskSource", "listed", "open_source"]

_STAMP = "source.json"


@dataclass(frozen=True)
class TaskSource:
    """Tasks in a folder, ready to be asked.

    Attributes:
        name: for the record.
        folder: with tasks.jsonl and files.
        tools: tools of the user that the tasks need.
    """

    name: str
    folder: Path
    tools: Sequence[Tool] = ()


def open_source(given: str, out: Path, seed: int | None, limit: int | None) -> TaskSource:
    """Make the tasks ready in a folder.

    Args:
        given: a suite's name, a folder with tasks.jsonl, or ADAPTER:PATH.
        out: the folder of the run; tasks that have to be made go to `out/suite`.
        seed: of what is drawn; None takes the suites' own.
        limit: at most so many tasks.

    Raises:
        UsageError: there is no such suite, folder or adapter, or the run's folder holds other tasks.
    """
    seed = SEED if seed is None else seed
    given = current_name(given)
    folder = out / "suite"
    drawn = {"source": given, "seed": seed, "limit": limit}
    adapter, colon, path = given.partition(":")
    if colon and adapter in ADAPTERS:
        if not _made(folder, drawn):
            _adapted(adapter, Path(path), folder, seed, limit)
            _stamp(folder, drawn)
        return TaskSource(adapter, folder)
    if given in SUITES:
        if not _made(folder, drawn):
            load(given, folder, seed=seed, limit=limit)
            _stamp(folder, drawn)
        return TaskSource(given, folder, SUITES[given].tools(folder))
    own = Path(given)
    if not (own / TASKS).is_file():
        raise UsageError(
            f"{given}: no suite of this name ({', '.join(SUITES)}), no folder with {TASKS}, and not"
            f" ADAPTER:PATH with one of {', '.join(ADAPTERS)}"
        )
    if limit is None:
        return TaskSource(own.name, own)
    raise UsageError("--limit: a folder of tasks is asked whole; shorten its tasks.jsonl instead")


def _adapted(adapter: str, path: Path, folder: Path, seed: int, limit: int | None) -> None:
    """Read a benchmark and bring the files of the tasks that are drawn."""
    tasks, files = adapt(adapter, path)
    tasks = sample(tasks, limit, seed)
    folder.mkdir(parents=True, exist_ok=True)
    files.bring(tasks, folder)
    write_tasks(tasks, folder)


def _made(folder: Path, drawn: dict[str, Any]) -> bool:
    """Whether these tasks are in the folder already, whole.

    Raises:
        UsageError: others are; making these would spoil the run that asked them.
    """
    path = folder / _STAMP
    if not path.is_file():
        return False
    there = json.loads(path.read_text(encoding="utf-8"))
    there = {**there, "source": current_name(there["source"])}
    if there != drawn:
        said = ", ".join(f"{name} {value}" for name, value in there.items())
        raise UsageError(f"{folder}: holds other tasks ({said}); give another folder with -o")
    return True


def _stamp(folder: Path, drawn: dict[str, Any]) -> None:
    """Note what was made, once all of it is there."""
    (folder / _STAMP).write_text(json.dumps(drawn), encoding="utf-8")


def listed() -> list[tuple[str, str]]:
    """Names and descriptions of all that can be run."""
    suites = [(suite.name, suite.about) for suite in SUITES.values()]
    return suites + [(f"{name}:PATH", adapter.about) for name, adapter in ADAPTERS.items()]
