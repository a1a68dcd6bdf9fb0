"""A small suite and an assistant that answers it at once: 8.20 to whatever is asked of a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.evals.runner import RunPlan
from looktwice.evals.task import Task, Truth, write_tasks
from looktwice.schema import Box
from looktwice.settings import Settings
from looktwice.tools.base import Tool

from ..agent import kit

READ = (frozenset({"read_text"}),)
TOTAL = "What is the total on this receipt?"


class Weighing(kit.Script):
    """Finds nothing answerable that asks for a telephone number."""

    def choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        said = super().choice(messages, options)
        asked = messages[-1].text.casefold()
        return {"yes": 0.02, "no": 0.98} if "phone" in asked else said


def settings_of(home: Path, **how: Any) -> Settings:
    return Settings(home=home, offline=True, pack="starter", **how)


def suite(folder: Path) -> list[Task]:
    """Two right answers, one wrong one, one rightly declined, one wrongly declined."""
    folder.mkdir(parents=True, exist_ok=True)
    for shade in range(5):
        kit.named_picture(folder, f"{shade}.png", 40 + shade)
    box = Box(x1=0, y1=30, x2=60, y2=38)
    right = Truth(answers=("8.20",), match="number", boxes=(box,), tools=READ)
    phone = "What is the phone number?"
    tasks = [
        Task(id="a", kind="total", question=TOTAL, images=("0.png",), pair="p", truth=right),
        Task(id="b", kind="phone", question=phone, images=("1.png",), pair="p",
             truth=Truth(answerable=False)),
        Task(id="c", kind="total", question=TOTAL, images=("2.png",), truth=right),
        Task(id="d", kind="total", question=TOTAL, images=("3.png",),
             about="<script>alert(1)</script>",
             truth=Truth(answers=("9.99",), match="number", tools=READ)),
        Task(id="e", kind="phone", question=phone, images=("4.png",),
             truth=Truth(answers=("555 0142",))),
    ]  # fmt: skip
    write_tasks(tasks, folder)
    return tasks


def plan(tmp_path: Path, name: str = "run", **how: Any) -> RunPlan:
    return RunPlan(suite="small", folder=tmp_path / "suite", out=tmp_path / name, **how)


def opener(opened: list[Assistant] | None = None, **says: Any) -> Any:
    """Makes scripted assistants, which may say other things; each that is opened is noted."""

    def open_scripted(settings: Settings, tools: Sequence[Tool]) -> Assistant:
        assistant = kit.scripted_assistant(settings, Weighing(says).model(), tools=tools)
        assistant.tools.update({t.name: t for t in kit.instant_experts()})
        if opened is not None:
            opened.append(assistant)
        return assistant

    return open_scripted
