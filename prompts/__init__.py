"""The prompts, one file each, rendered strictly: a missing or an extra variable fails."""

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
