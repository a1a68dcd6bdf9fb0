"""A run of a suite with a seer as the chat model, and what it shows of the loop."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...agent.assistant import Assistant
from ...media.store import Store
from ...settings import Settings
from ..runner import Follow, RunPlan, open_run, run
from ..task import read_tasks
from .ablation import BlackCrops, nonsense_tools
from .character import Character
from .measures import Measures, cases_of, measure
from .model import SeerModel

if TYPE_CHECKING:
    from ...agent.backends.base import ChatModel
    from ...tools.base import Tool

DATA, PASSES = "seer.json", "passes.json"


@dataclass(frozen=True)
class Setup:
    """What the loop is tried with.

    Attributes:
        nonsense: tools find no objects and read other digits than there are.
        black_crops: parts of pictures are black when the model sees them.
    """

    character: Character
    nonsense: bool = False
    black_crops: bool = False


def assistant_of(settings: Settings, model: ChatModel, tools: Sequence[Tool]) -> Assistant:
    """The assistant that users get, with this model."""
    return Assistant(settings, model=model, tools=tools)


def seer_for(plan: RunPlan, settings: Settings, character: Character) -> SeerModel:
    """A seer that knows the tasks of a plan."""
    store = Store(settings.store_dir, settings.media)
    return SeerModel(read_tasks(plan.folder), plan.folder, store, character)


def trial(
    plan: RunPlan, settings: Settings, setup: Setup, follow: Follow | None = None
) -> tuple[Measures, bool]:
    """Ask the tasks of a plan that have no answer yet; gives the figures, and whether all are asked.

    Raises:
        UsageError: the folder holds another run.
        BadInput: a task names a file that is not there.
    """
    tasks = read_tasks(plan.folder)
    store = Store(settings.store_dir, settings.media)
    seer = SeerModel(tasks, plan.folder, store, setup.character)
    model: ChatModel = BlackCrops(seer, store) if setup.black_crops else seer

    def open_assistant(own: Settings, tools: Sequence[Tool]) -> Assistant:
        assistant = assistant_of(own, model, tools)
        if setup.nonsense:
            assistant.tools.update({t.name: t for t in nonsense_tools(own, assistant.store)})
        return assistant

    summary = run(plan, settings, open_assistant, follow)
    passes = _passes(plan.out, {key: cost.passes for key, cost in seer.costs.items()})
    done = open_run(plan.out)
    drafts = {task.id: seer.drafts(task) for task in done.tasks}
    found = measure(cases_of(done.tasks, drafts, done.answers, passes))
    data = json.dumps(as_data(found, setup), ensure_ascii=False, indent=1)
    (plan.out / DATA).write_text(data, encoding="utf-8")
    return found, not summary.left


def _passes(out: Path, new: dict[str, int]) -> dict[str, int]:
    """The vision passes of this run and of the starts before it."""
    path = out / PASSES
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    passes = {**before, **new}
    path.write_text(json.dumps(passes), encoding="utf-8")
    return passes


def as_data(found: Measures, setup: Setup) -> dict[str, Any]:
    """All figures as JSON values."""
    return {
        "seer": setup.character.name,
        "tools": "nonsense" if setup.nonsense else "real",
        "black_crops": setup.black_crops,
        "rows": [{**asdict(row), "survival": row.survival, "help": row.help} for row in found.rows],
        "reasons": [
            {"reason": words, "lost": count, "forms": list(forms)}
            for words, count, forms in found.reasons
        ],
        "cases": [asdict(case) for case in found.cases],
    }
