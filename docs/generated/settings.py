"""The page of settings: every field with its variable, its default and what it means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from ...settings import Settings
from .tables import table

HEAD = """\
# Settings

This page is written by the program. An argument wins over a `LOOKTWICE_*` variable, this over
`looktwice.toml` in the working folder, this over `looktwice.toml` in `LOOKTWICE_HOME`, this over the
default. Names in groups take two underscores in a variable and a table in the file:

```sh
LOOKTWICE_LIMITS__ROUNDS=1 looktwice ask "What is the total?" receipt.jpg
```

```toml
[limits]
rounds = 1
```

From Python, the same as an argument: `Assistant.from_settings(limits={"rounds": 1})`.
A name that does not exist and a value that does not fit are refused, with the name in the message.
"""


def page() -> str:
    """The whole page."""
    own = {n: f for n, f in Settings.model_fields.items() if not _is_group(f)}
    parts = [HEAD, "## General\n", _table(own, "", Settings)]
    for name, model in [*_groups(), *_repeated()]:
        parts += [f"## {name}\n", _first_line(model) + "\n"]
        parts.append(_table(model.model_fields, f"{name}.", model))
    return "\n".join(parts)


def _table(fields: dict[str, FieldInfo], group: str, model: type[BaseModel]) -> str:
    meanings = attributes(model)
    rows = [
        (f"`{group}{name}`", f"`{_default(field)}`", field.description or meanings.get(name, ""))
        for name, field in fields.items()
    ]
    return table(["setting", "default", "meaning"], rows)


def attributes(model: type) -> dict[str, str]:
    """What the docstring's "Attributes:" says, by name; "a, b: text" says it of both."""
    block = (inspect.getdoc(model) or "").partition("Attributes:\n")[2]
    meanings: dict[str, str] = {}
    for names, text in re.findall(r"^    (\w[\w, ]*): (.*(?:\n {8}.*)*)", block, re.MULTILINE):
        meanings |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return meanings


def _first_line(model: type) -> str:
    return (inspect.getdoc(model) or "").partition("\n")[0]


def _is_group(field: FieldInfo) -> bool:
    kind = field.annotation
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _groups() -> Iterator[tuple[str, type[BaseModel]]]:
    """Settings that hold others."""
    for name, field in Settings.model_fields.items():
        kind: Any = field.annotation
        if _is_group(field):
            yield name, kind


def _repeated() -> Iterator[tuple[str, type[BaseModel]]]:
    """Settings that hold several values of one shape, each under a name of the user's."""
    for name, field in Settings.model_fields.items():
        if get_origin(field.annotation) is dict:
            yield f"{name}.NAME", get_args(field.annotation)[1]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    if field.default_factory is not None:
        value: Any = field.default_factory()  # type: ignore[call-arg]
        return "your data folder" if isinstance(value, Path) else str(value or "none")
    if isinstance(field.default, SecretStr) or field.default in ("", (), None):
        return "none"
    return str(field.default)
