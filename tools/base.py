"""What a tool is, and how one is made from a function.

The schema the model sees comes from the function's hints, its words from the docstring.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from .docstring import split_docstring
from .signature import ToolArguments, json_schema, read_signature


@dataclass(frozen=True, eq=False)
class Tool:
    """A typed function that a model can call.

    Attributes:
        parameters: JSON schema of the arguments, for the model.
        needs_picture: it can do nothing without one.
        examples: questions it is good for; the planner learns from them.
        timeout: seconds one call may take, below the run's own limit; None for no limit of its own.
        cache: its result depends on nothing but its arguments, so it may be kept.
        by_code: arguments that are left at their defaults unless a program sets them.
        title: what a call does, for people who watch it: "Reading text".
        done: what it has done, for a sentence that begins with "I": "read the text".
        patient: its work is kept for later questions, so it counts neither as the run's time nor as a
            call's; it looks at the control and bounds itself.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    needs_picture: bool
    examples: tuple[str, ...]
    timeout: float | None
    cache: bool
    function: Callable[..., Any]
    arguments: ToolArguments = field(repr=False)
    by_code: frozenset[str] = frozenset()
    title: str = ""
    done: str = ""
    patient: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...


@overload
def tool(
    *,
    name: str | None = None,
    timeout: float | None = None,
    examples: Sequence[str] = (),
    cache: bool = False,
    by_code: Sequence[str] = (),
    title: str = "",
    done: str = "",
    patient: bool = False,
) -> Callable[[Callable[..., Any]], Tool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    timeout: float | None = None,
    examples: Sequence[str] = (),
    cache: bool = False,
    by_code: Sequence[str] = (),
    title: str = "",
    done: str = "",
    patient: bool = False,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a typed function a `Tool`; usable bare or with arguments.

    Every argument needs a hint and a line under "Args:" in a Google-style docstring. Two hints are
    special: `Picture` (the model gives a number, 1 if it gives none; `Picture | None` makes it
    optional) and `Context` (handed in, the model does not see it).

    Args:
        function: the function, when used bare.
        name: what the model calls it; the function's own name by default.
        timeout: seconds one call may take.
        examples: questions it is good for.
        cache: set this when the same arguments always give the same result.
        by_code: arguments a planning model is not asked for; they need defaults.
        title: what a call does, for people: "Reading text"; by default the name with spaces.
        done: what it has done, after "I": "read the text"; by default "asked" and the name.
        patient: whether its work is kept for later questions, so that no clock but its own ends it.

    Raises:
        TypeError: a hint, the docstring or the description of an argument is missing.
    """

    def make(target: Callable[..., Any]) -> Tool:
        label = name or target.__name__
        if inspect.iscoroutinefunction(target):
            raise TypeError(f"tool {label}: expected a plain function, got an async one")
        description, descriptions = split_docstring(inspect.getdoc(target) or "")
        if not description:
            raise TypeError(f"tool {label}: a docstring that says what it is for is missing")
        arguments, needs_picture = read_signature(label, target, descriptions)
        return Tool(
            name=label,
            description=description,
            parameters=json_schema(label, arguments.model),
            needs_picture=needs_picture,
            examples=tuple(examples),
            timeout=timeout,
            cache=cache,
            function=target,
            arguments=arguments,
            by_code=frozenset(by_code),
            title=title or words_of(label),
            done=done or f"asked {label}",
            patient=patient,
        )

    return make if function is None else make(function)


def words_of(name: str) -> str:
    """The name of a tool as words: "price_of" is "Price of"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
