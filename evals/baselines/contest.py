"""The same tasks asked of Looktwice and of other agents, one after the other, in one run.

folder/SUITE/suite   the tasks
folder/SUITE/NAME    a run of `looktwice eval` for each that is asked: `eval report` and `eval compare`
                     read it, and a contest that was stopped goes on where it was
folder/baselines.json the figures
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from ...agent.assistant import Assistant
from ...agent.backends import open_model
from ...errors import UsageError
from ...media.store import Store
from ...settings import Settings, quiet_third_parties
from ...weights.resolve import resolve_model, resolve_pack
from ..metrics.bootstrap import Interval, mean_interval
from ..runner import EvalRun, Follow, RunPlan, open_run, run
from ..scoring import OUTCOMES, Outcome, Scored
from ..task import Task, read_tasks, write_tasks
from .assistant import BaselineAssistant
from .baseline import Baseline, ModelServer
from .chat_template import served
from .experts import open_experts
from .langchain import LangChain
from .smolagents import Smolagents

if TYPE_CHECKING:
    from ...agent.backends.openai import OpenAIModel
    from ...tools import Tool

OURS = "looktwice"
DATA = "baselines.json"
_REASON = 160  # characters of why there was no answer
BASELINES: dict[str, type[Baseline]] = {"smolagents": Smolagents, "langchain": LangChain}
SUITES = ("receipts", "signs", "scenes", "charts")
"""Asked where nothing is said: those that ship with questions about pictures."""


@dataclass(frozen=True)
class BaselineFigures:
    """How one did over all suites.

    Attributes:
        version: of its package.
        score: mean with its 95 % interval.
        ahead: our score less its own, paired by task; None for ourselves.
        seconds: for all questions together; `median_seconds` of one.
        model_calls, tool_calls, prompt_tokens, completion_tokens: means of one question, failed ones
            included.
        failures: why there was no answer, and how often.
    """

    name: str
    version: str
    questions: int
    outcomes: dict[Outcome, int]
    score: Interval
    ahead: Interval | None
    seconds: float
    median_seconds: float
    model_calls: float
    tool_calls: float
    prompt_tokens: float
    completion_tokens: float
    failures: dict[str, int]


class ContestSetup:
    """Where a contest is held: one model server and the experts, shared by all; use `open_setup`.

    Attributes:
        settings: of Looktwice, its model being the server's.
    """

    def __init__(
        self, settings: Settings, model: OpenAIModel, key: str, tools: Mapping[str, Tool]
    ) -> None:
        self.settings, self._model, self._tools = settings, model, tools
        self._server = ModelServer(model.address, model.name, key or "none", model.sees_images)

    def open_assistant(self, name: str) -> Assistant:
        """Whoever is asked, with the two experts and nothing else."""
        if name != OURS:
            return BaselineAssistant(
                self.settings,
                model=self._model,
                baseline=BASELINES[name](),
                server=self._server,
                tools=self._tools,
            )
        ours = open_ours(self.settings, self._model)
        ours.tools = dict(self._tools)
        return ours


def open_ours(settings: Settings, model: OpenAIModel) -> Assistant:
    """Looktwice as users get it, on a model that is open already."""
    return Assistant(settings, model=model)


@contextmanager
def open_setup(settings: Settings) -> Iterator[ContestSetup]:
    """The model started and the experts loaded, before anybody is asked.

    Raises:
        UsageError: the model is no server and cannot be made one.
    """
    from ...agent.backends.openai import OpenAIModel

    kind = resolve_model(settings).kind
    if kind == "transformers":
        raise UsageError(
            "baselines ask a server: start the model with vLLM, SGLang or llama.cpp and give "
            "--model http://..., or take --pack starter"
        )
    quiet_third_parties(settings)
    with served(settings) as at_address:
        # the address must not change which pack the experts and the loop take
        ours = at_address.model_copy(update={"pack": resolve_pack(settings)})
        store = Store(ours.store_dir, ours.media)
        tools = open_experts(ours, store)
        model = open_model(ours, store)
        assert isinstance(model, OpenAIModel)  # it is asked by its address
        try:
            yield ContestSetup(ours, model, ours.api_key.get_secret_value(), tools)
        finally:
            model.close()


def check_installed(names: Sequence[str]) -> None:
    """UsageError where one of these is unknown or its library is missing."""
    for name in names:
        if name not in (OURS, *BASELINES):
            raise UsageError(f"--baseline: {name} is none of {', '.join(BASELINES)}")
        if name != OURS:
            BASELINES[name]().load()


def keep_picture_questions(plan: RunPlan) -> int:
    """Leave the questions that two picture experts can serve; gives how many were left out.

    Raises:
        UsageError: none is left, or the tasks are the user's own folder and would have to change.
    """
    tasks = read_tasks(plan.folder)
    kept = [task for task in tasks if _is_about_pictures(task)]
    left_out = len(tasks) - len(kept)
    if not kept:
        raise UsageError(
            f"{plan.suite}: baselines are asked single questions about pictures, and there are none"
        )
    if left_out:
        if not plan.folder.resolve().is_relative_to(plan.out.resolve()):
            raise UsageError(
                f"{plan.folder}: {left_out} of {len(tasks)} tasks are not single questions about "
                "pictures; take them out of tasks.jsonl"
            )
        write_tasks(kept, plan.folder)
    return left_out


def _is_about_pictures(task: Task) -> bool:
    return bool(task.images) and not task.documents and not task.session


def contest(
    plans: Sequence[RunPlan],
    settings: Settings,
    names: Sequence[str],
    setup: ContestSetup,
    follow: Follow | None = None,
) -> Iterator[tuple[str, list[EvalRun]]]:
    """Ask everybody everything.

    Args:
        plans: one a suite; each that is asked gets a folder of its own in `plan.out`.
        settings: as the user gave them, for the record; a server's address in there would change
            with every start.
        names: who is asked, `OURS` among them, in this order.
        setup: from `open_setup`.
        follow: of each run.

    Yields:
        Each name with its runs as soon as they are made; stops early when a run was stopped.
    """
    for name in names:
        runs = []
        for plan in plans:
            here = replace(plan, out=plan.out / name)
            summary = run(here, settings, partial(_open_assistant, setup, name), follow)
            if summary.left:
                return
            runs.append(open_run(here.out))
        yield name, runs


def _open_assistant(
    setup: ContestSetup, name: str, settings: Settings, tools: Sequence[Tool]
) -> Assistant:
    """As the runner opens an assistant; the setup has settings and tools of its own."""
    return setup.open_assistant(name)


def write_data(data: Mapping[str, Any], plans: Sequence[RunPlan]) -> Path:
    """Keep the figures beside the runs; gives the file."""
    path = plans[0].out.parent / DATA
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def figures(name: str, runs: Sequence[EvalRun], ours: Sequence[EvalRun]) -> BaselineFigures:
    """How one did, beside how we did."""
    scored = [one for r in runs for one in r.scored]
    usages = [r.answers[one.id].usage for r in runs for one in r.scored]
    return BaselineFigures(
        name=name,
        version=version(OURS if name == OURS else BASELINES[name].package),
        questions=len(scored),
        outcomes={o: sum(one.outcome == o for one in scored) for o in OUTCOMES},
        score=mean_interval([one.score for one in scored], _groups(runs)),
        ahead=None if name == OURS else _ahead(runs, ours),
        seconds=sum(u.total_seconds for u in usages),
        median_seconds=median(u.total_seconds for u in usages),
        model_calls=_mean([u.model_calls for u in usages]),
        tool_calls=_mean([u.tool_calls for u in usages]),
        prompt_tokens=_mean([u.prompt_tokens for u in usages]),
        completion_tokens=_mean([u.completion_tokens for u in usages]),
        failures=dict(_reasons(runs).most_common()),
    )


def _reasons(runs: Sequence[EvalRun]) -> Counter[str]:
    """What is said in the answers that failed, first line only."""
    failed = [a for r in runs for a in r.answers.values() if a.status == "failed"]
    return Counter(answer.text.partition("\n")[0][:_REASON] for answer in failed)


def _ahead(runs: Sequence[EvalRun], ours: Sequence[EvalRun]) -> Interval:
    pairs: list[tuple[Scored, Scored]] = [
        pair
        for mine, other in zip(ours, runs, strict=True)
        for pair in zip(mine.scored, other.scored, strict=True)
    ]
    return mean_interval([a.score - b.score for a, b in pairs], _groups(runs))


def _groups(runs: Sequence[EvalRun]) -> list[str]:
    """Tasks that are drawn together when an interval is made."""
    return [f"{number} {one.group}" for number, r in enumerate(runs) for one in r.scored]


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
