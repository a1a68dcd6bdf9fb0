"""Where tasks come from: a suite that ships, a folder with tasks.jsonl, or a benchmark's files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .adapters import ADAPTERS, adapt
from .suites import SEED, SUITES, load, sample
from .task import TASKS, write_tasks

if TYPE_CHECKING:
    from ..tools.base import Tool

__all__ = ["Source", "listed", "open_source"]


@dataclass(frozen=True)
class Source:
    """Tasks in a folder, ready to be asked.

    Attributes:
        name: for the record.
        folder: with tasks.jsonl and files.
        tools: tools of the user that the tasks need.
    """

    name: str
    folder: Path
    tools: Sequence[Tool] = ()


def open_source(given: str, out: Path, seed: int | None, limit: int | None) -> Source:
    """Make the tasks ready in a folder.

    Args:
        given: a suite's name, a folder with tasks.jsonl, or ADAPTER:PATH.
        out: the folder of the run; tasks that have to be made go to `out/suite`.
        seed: of what is drawn; None takes the suites' own.
        limit: at most so many tasks.

    Raises:
        UsageError: there is no such suite, folder or adapter.
    """
    seed = SEED if seed is None else seed
    folder = out / "suite"
    adapter, colon, path = given.partition(":")
    if colon and adapter in ADAPTERS:
        tasks, shelf = adapt(adapter, Path(path))
        tasks = sample(tasks, limit, seed)
        folder.mkdir(parents=True, exist_ok=True)
        shelf.bring(tasks, folder)
        write_tasks(tasks, folder)
        return Source(adapter, folder)
    if given in SUITES:
        suite, _ = load(given, folder, seed=seed, limit=limit)
        return Source(given, folder, suite.tools(folder))
    own = Path(given)
    if not (own / TASKS).is_file():
        raise UsageError(
            f"{given}: no suite of this name ({', '.join(SUITES)}), no folder with {TASKS}, and not"
            f" ADAPTER:PATH with one of {', '.join(ADAPTERS)}"
        )
    if limit is None:
        return Source(own.name, own)
    raise UsageError("--limit: a folder of tasks is asked whole; shorten its tasks.jsonl instead")


def listed() -> list[tuple[str, str]]:
    """Names and descriptions of all that can be run."""
    suites = [(suite.name, suite.about) for suite in SUITES.values()]
    return suites + [(f"{name}:PATH", adapter.about) for name, adapter in ADAPTERS.items()]
