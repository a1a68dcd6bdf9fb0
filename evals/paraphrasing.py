"""A suite asked in other words, too: how much of a score hangs on the wording (after MM-BigBench)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from ..agent.backends.base import ChatModel, Message
from ..agent.budget import UNLIMITED, Meter, metered
from ..agent.evidence.grounding import facts_of
from ..agent.structured_output import MalformedReply, ask_json
from ..agent.text.facts import squeezed
from ..control import Control
from ..prompts import render
from .task import TASKS, Task, read_tasks, write_tasks

__all__ = ["paraphrased"]

_LONGEST = 3
"""Times as long as the question that another wording of it may be."""
_TOKENS = 120
"""Of one wording."""

OpenModel = Callable[[], ChatModel]


class Wordings(BaseModel):
    """What the model answers."""

    questions: list[str]


def paraphrased(folder: Path, out: Path, open_model: OpenModel, count: int) -> Path:
    """A copy of a suite in which each question is also asked in other words.

    Turns of a conversation are asked as they are. Words that change a question's numbers or dates are
    left out, so a task may have fewer wordings. A copy that is there already is taken as it is.

    Args:
        folder: of the suite.
        out: of the copy.
        open_model: opens the model that words the questions; closed when it is done.
        count: how many other wordings a question gets, at most.

    Raises:
        UsageError, BadInput: the folder is no suite.
        ModelError: the model failed.
    """
    if (out / TASKS).is_file():
        return out
    tasks = read_tasks(folder)
    shutil.copytree(folder, out, dirs_exist_ok=True, ignore=shutil.ignore_patterns(TASKS))
    model = open_model()
    try:
        meter = metered(model, UNLIMITED, Control())
        worded = [wording for task in tasks for wording in _wordings(task, meter, count)]
    finally:
        model.close()
    write_tasks(worded, out)
    return out


def _wordings(task: Task, model: Meter, count: int) -> Iterator[Task]:
    """The task itself, then in other words."""
    if task.session:
        yield task
        return
    yield task.model_copy(update={"wording_of": task.id})
    for number, question in enumerate(_asked(task.question, model, count), 2):
        changes = {"id": f"{task.id}~{number}", "question": question, "wording_of": task.id}
        yield task.model_copy(update=changes)


def _asked(question: str, model: Meter, count: int) -> Sequence[str]:
    """Other ways to put a question that keep its numbers, each once; none where the reply is nonsense."""
    schema = {
        "type": "object",
        "properties": {
            "questions": {
                "type": "array",
                "items": {"type": "string", "maxLength": _LONGEST * len(question) + 40},
                "minItems": count,
                "maxItems": count,
            }
        },
        "required": ["questions"],
        "additionalProperties": False,
    }
    messages = [
        Message(role="user", text=render("paraphrase", question=question, count=str(count)))
    ]
    try:
        reply = ask_json(model, messages, schema, Wordings, max_tokens=_TOKENS * count)
    except MalformedReply:
        return ()
    same = {squeezed(text): text.strip() for text in reply.questions if text.strip()}
    same.pop(squeezed(question), None)
    return [text for text in same.values() if facts_of(text) == facts_of(question)][:count]
