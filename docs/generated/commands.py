"""The page of commands: what `--help` says, all on one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from ...cli.app import app
from .tables import table

HEAD = """\
# Commands

This page is written by the program; `looktwice COMMAND --help` says the same. Exit codes: 0 done,
1 some inputs failed, 2 the call was wrong, 130 interrupted. With `--json`, standard output holds JSON
and nothing else.
"""


def page() -> str:
    """Every command with its arguments and options."""
    parts = [HEAD]
    for path, command in leaves(get_command(app), ("looktwice",)):
        parts += [f"## {' '.join(path)}\n", (command.help or "").strip() + "\n"]
        parts.append(f"    {usage(path, command)}\n")
        rows = [(f"`{_names(p)}`", p.help or "", _default(p)) for p in options(command)]
        if rows:
            parts.append(table(["option", "meaning", "default"], rows))
    return "\n".join(parts)


def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The commands that do something, each with the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        if not command.hidden:
            yield path, command
        return
    for name, deeper in inner.items():
        if not getattr(deeper, "hidden", False):
            yield from leaves(deeper, (*path, name))


def usage(path: tuple[str, ...], command: Any) -> str:
    """The call in one line; arguments by the names that `--help` gives them."""
    given = [_argument(p) for p in command.params if p.param_type_name == "argument"]
    return " ".join([*path, *given, *(["[OPTIONS]"] if options(command) else [])])


def _argument(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def options(command: Any) -> list[Any]:
    """Its options, without those that only help."""
    return [p for p in command.params if p.param_type_name == "option" and not p.hidden]


def _names(option: Any) -> str:
    return ", ".join([*option.opts, *option.secondary_opts])


def _default(option: Any) -> str:
    if option.required:
        return "must be given"
    if option.is_flag or option.default in (None, "", ()) or callable(option.default):
        return ""
    return f"`{option.default}`"
