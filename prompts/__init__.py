"""The prompts, one file each, rendered strictly: a missing or an extra variable fails.

What an answering prompt is put together from, in this order:

    system_seeing, system_reading_*   the rules: for models that see, for models that only read
    examples_reading_*                an answer given as it should be, for models that only read
    frame_seeing, frame_reading       evidence, question, task: what every call about a question begins with
    form_*                            the task of a draft: what the form of the answer asks for
    task_*, choose_*                  the task of another call: is it answerable, is it right, which of two

Others belong to one step: plan, arguments, standalone, search_again, gather, part_shows, summary,
chat. Examples of the planner and of forms are JSON lines.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from string import Template

from ..errors import UsageError


@cache
def _template(name: str) -> Template:
    path = files(__package__) / f"{name}.md"
    if not path.is_file():
        raise UsageError(f"no prompt named {name!r} in the prompts folder")
    return Template(path.read_text(encoding="utf-8").rstrip("\n"))


def render(name: str, **values: str) -> str:
    """The text of `prompts/<name>.md` with each `$variable` replaced once.

    Values are put in as they are and never read as templates, so a `$` in evidence stays a `$`.

    Raises:
        UsageError: the prompt does not exist, or its variables are not exactly those given.
    """
    template = _template(name)
    wanted, given = set(template.get_identifiers()), set(values)
    if wanted != given:
        raise UsageError(
            f"prompt {name!r}: expected variables {sorted(wanted)}, got {sorted(given)}"
        )
    return template.substitute(values)


@cache
def examples(name: str) -> tuple[dict[str, str], ...]:
    """The JSON lines of `prompts/<name>.jsonl`.

    Raises:
        UsageError: the file does not exist.
    """
    path = files(__package__) / f"{name}.jsonl"
    if not path.is_file():
        raise UsageError(f"no examples named {name!r} in the prompts folder")
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
