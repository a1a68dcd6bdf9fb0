"""What a tool is, how one is made from a function, and how one is run.

The schema the model sees comes from the function's hints, its words from the docstring. Whatever
goes wrong inside a tool becomes data (`ToolFailure`); only stopping the whole run is an exception.
"""

from __future__ import annotations

import contextvars
import inspect
import json
import threading
import time
import typing
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import NoneType
from typing import Any, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ..control import Control
from ..errors import (
    BadInput,
    Cancelled,
    DeadlinePassed,
    ToolError,
    ToolErrorKind,
    WeightsError,
)
from ..media.store import Store
from ..schema import Evidence, Picture, Source, ToolCall, ToolFailure, ToolResult
from .docstring import split_docstring

MAX_TEXT = 8_000
"""Characters of one piece of evidence that are kept; the rest is cut, and a note says so."""

_POLL_SECONDS = 0.02
_PICTURE_NUMBER = "number of the picture, 1 is the first"
_PLAIN_TYPES = (str, int, float, bool, dict, list, tuple, BaseModel)


@dataclass(frozen=True)
class Context:
    """What a run lends to a tool; ask for it with an argument hinted `Context`.

    Attributes:
        pictures: the run's pictures; number 1 is the first.
        store: holds their bytes.
        control: long tools should look at it and stop when it says so.
        evidence: what is known so far.
    """

    pictures: tuple[Picture, ...]
    store: Store
    control: Control
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class _Arguments:
    """How JSON arguments become the function's: a validating model and who gets what."""

    model: type[BaseModel]
    fields: Mapping[str, str]  # argument -> field of the model
    pictures: frozenset[str]
    context: str | None


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
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    needs_picture: bool
    examples: tuple[str, ...]
    timeout: float | None
    cache: bool
    function: Callable[..., Any]
    arguments: _Arguments = field(repr=False)
    by_code: frozenset[str] = frozenset()

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

    Raises:
        TypeError: a hint, the docstring or the description of an argument is missing.
    """

    def make(target: Callable[..., Any]) -> Tool:
        label = name or target.__name__
        if inspect.iscoroutinefunction(target):
            raise TypeError(f"tool {label}: expected a plain function, got an async one")
        description, told = split_docstring(inspect.getdoc(target) or "")
        if not description:
            raise TypeError(f"tool {label}: a docstring that says what it is for is missing")
        arguments, needs_picture = _read_signature(label, target, told)
        return Tool(
            name=label,
            description=description,
            parameters=_json_schema(label, arguments.model),
            needs_picture=needs_picture,
            examples=tuple(examples),
            timeout=timeout,
            cache=cache,
            function=target,
            arguments=arguments,
            by_code=frozenset(by_code),
        )

    return make if function is None else make(function)


def _read_signature(
    label: str, function: Callable[..., Any], told: Mapping[str, str]
) -> tuple[_Arguments, bool]:
    """The arguments of a function as a model, and whether it needs a picture."""
    signature = inspect.signature(function)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"tool {label}: a hint cannot be resolved at module level: {error}"
        ) from None
    if unknown := sorted(set(told) - set(signature.parameters)):
        raise TypeError(f"tool {label}: the docstring describes {unknown}, which it does not take")
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    pictures: set[str] = set()
    context: str | None = None
    needs_picture = False
    for parameter in signature.parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"tool {label}: *args, **kwargs and positional-only arguments are out")
        key = parameter.name
        if key not in hints:
            raise TypeError(f"tool {label}: argument {key!r} has no type hint")
        hint = hints[key]
        if hint is Context:
            context = key
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        text = told.get(key, "")
        if _is_picture(hint):
            pictures.add(key)
            needs_picture |= hint is Picture
            text = f"{text.rstrip('.')}: {_PICTURE_NUMBER}" if text else _PICTURE_NUMBER
            hint, default = (int, 1) if hint is Picture else (int | None, None)
        elif Picture in _parts(hint):
            raise TypeError(f"tool {label}: argument {key!r}: use Picture or Picture | None")
        if not text:
            raise TypeError(f"tool {label}: argument {key!r} is not described under 'Args:'")
        # An alias, since an argument may be called like a method of BaseModel ("json", "copy").
        names[key] = f"argument_{len(names)}"
        fields[names[key]] = (hint, Field(default, alias=key, description=text))
    try:
        model = create_model(
            label,
            __config__=ConfigDict(
                extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=False
            ),
            **fields,
        )
    except PydanticUserError as error:
        raise TypeError(f"tool {label}: a hint has no JSON form: {error.message}") from None
    return _Arguments(model, names, frozenset(pictures), context), needs_picture


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in typing.get_args(hint):
        yield from _parts(part)


def _is_picture(hint: Any) -> bool:
    return hint is Picture or set(typing.get_args(hint)) == {Picture, NoneType}


class _PlainSchema(GenerateJsonSchema):
    """Leaves out titles, which only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _json_schema(label: str, model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema without references, so that it can stand inside a larger one."""
    try:
        schema = model.model_json_schema(schema_generator=_PlainSchema)
    except PydanticUserError as error:
        raise TypeError(f"tool {label}: a hint has no JSON form: {error.message}") from None
    schema.pop("title", None)
    definitions = schema.pop("$defs", {})

    def inline(part: Any, inside: tuple[str, ...]) -> Any:
        if isinstance(part, list):
            return [inline(item, inside) for item in part]
        if not isinstance(part, dict):
            return part
        if isinstance(part.get("$ref"), str):
            name = part["$ref"].rpartition("/")[2]
            if name in inside:
                raise TypeError(f"tool {label}: {name} holds itself; use plain types")
            rest = {key: value for key, value in part.items() if key != "$ref"}
            return {**inline(definitions[name], (*inside, name)), **rest}
        return {key: inline(value, inside) for key, value in part.items()}

    result: dict[str, Any] = inline(schema, ())
    return result


def run_tool(
    tool: Tool,
    call: ToolCall,
    context: Context,
    timeout: float,
    cache: ResultCache | None = None,
) -> ToolResult:
    """Run one call; whatever goes wrong comes back as `ToolResult.error`.

    The function runs in a thread of its own. One that does not come back in time is left alone
    (Python cannot stop it) and reported as "timeout"; the end of the run's own time is reported the
    same way. Evidence of a tool that takes pictures begins with their numbers: "picture 1: ...".

    Args:
        tool: what to run.
        call: its arguments as the model gave them.
        context: what the run lends to it.
        timeout: most seconds it may take; `tool.timeout` and the run's own clock may shorten it.
        cache: where results of tools with `cache=True` are kept and looked up.

    Raises:
        Cancelled: the run was cancelled meanwhile.
    """
    started = time.monotonic()
    key = fingerprint(tool, call, context) if cache is not None and tool.cache else ""
    known = cache.get(key) if cache is not None and key else None
    if known is not None:
        numbered = _finish(known, tool, call, context)
        return ToolResult(call=call, evidence=numbered, cached=True)
    try:
        arguments = _bind(tool, call.arguments, context)
        seconds = min(timeout, tool.timeout if tool.timeout is not None else timeout)
        evidence = _in_thread(tool, arguments, context.control, seconds)
    except ToolError as error:
        return ToolResult(
            call=call,
            error=ToolFailure(kind=error.kind, message=_cut(str(error))),
            seconds=time.monotonic() - started,
        )
    if cache is not None and key:
        cache.put(key, evidence)
    return ToolResult(
        call=call,
        evidence=_finish(evidence, tool, call, context),
        seconds=time.monotonic() - started,
    )


def _bind(tool: Tool, given: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The function's arguments; raises ToolError "bad_arguments" with expected and actual."""
    values = _validate(tool, given)
    for key in tool.arguments.pictures:
        if values[key] is not None:
            values[key] = _picture(key, values[key], context.pictures)
    if tool.arguments.context is not None:
        values[tool.arguments.context] = context
    return values


def _validate(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        checked = tool.arguments.model.model_validate(dict(given))
    except ValidationError as error:
        faults = "; ".join(_fault(tool, part) for part in error.errors(include_url=False))
        raise ToolError(f"{tool.name}: {faults}", kind="bad_arguments") from None
    return {key: getattr(checked, name) for key, name in tool.arguments.fields.items()}


def _fault(tool: Tool, fault: Mapping[str, Any]) -> str:
    where = ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        known = ", ".join(tool.arguments.fields) or "none"
        return f"unknown argument {where!r}, expected only: {known}"
    if fault["type"] == "missing":
        return f"argument {where!r} is missing"
    got = repr(fault["input"])
    return f"argument {where!r}: {fault['msg']}, got {got[:80]} ({type(fault['input']).__name__})"


def _picture(key: str, number: int, pictures: tuple[Picture, ...]) -> Picture:
    if not pictures:
        raise ToolError(f"argument {key!r}: no picture was given", kind="bad_arguments")
    if not 1 <= number <= len(pictures):
        expected = "1" if len(pictures) == 1 else f"1 to {len(pictures)}"
        raise ToolError(
            f"argument {key!r}: expected a picture number {expected}, got {number}",
            kind="bad_arguments",
        )
    return pictures[number - 1]


def _in_thread(
    tool: Tool, arguments: Mapping[str, Any], control: Control, seconds: float
) -> tuple[Evidence, ...]:
    """Call the function beside this thread and wait for it, the clock or the stop button."""
    outcome: list[tuple[Evidence, ...] | BaseException] = []
    done = threading.Event()
    variables = contextvars.copy_context()

    def work() -> None:
        try:
            # Turning the result into text happens here too: it may be large or endless.
            outcome.append(variables.run(lambda: _evidence(tool, tool.function(**arguments))))
        except BaseException as error:
            outcome.append(error)
        finally:
            done.set()

    limit = time.monotonic() + (control.remaining(seconds) or 0.0)
    threading.Thread(target=work, name=f"tool-{tool.name}", daemon=True).start()
    while not done.wait(min(_POLL_SECONDS, max(0.0, limit - time.monotonic()))):
        if control.cancelled:
            raise Cancelled("the run was stopped")
        if time.monotonic() >= limit:
            message = f"{tool.name} did not finish in {seconds:g} seconds"
            if control.expired:
                message = f"the run's time was over before {tool.name} finished"
            raise ToolError(message, kind="timeout")
    if isinstance(outcome[0], BaseException):
        raise _as_tool_error(tool, outcome[0]) from None
    return outcome[0]


def _as_tool_error(tool: Tool, error: BaseException) -> BaseException:
    """What a tool raised, as a ToolError for the model; only Cancelled stays what it is."""
    if isinstance(error, (ToolError, Cancelled)):
        return error
    kind: ToolErrorKind = "failed"
    message = str(error)
    if isinstance(error, BadInput):
        kind = "bad_arguments"
    elif isinstance(error, WeightsError):
        kind = "unavailable"
    elif isinstance(error, DeadlinePassed):
        kind = "timeout"
    else:
        message = f"{type(error).__name__}: {message}"
    return ToolError(f"{tool.name}: {message}", kind=kind)


def _evidence(tool: Tool, value: Any) -> tuple[Evidence, ...]:
    """What a tool returned, as evidence; ToolError when it cannot be."""
    if isinstance(value, Evidence):
        value = [value]
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], Evidence):
        if others := [item for item in value if not isinstance(item, Evidence)]:
            raise _absurd(tool, f"evidence mixed with {type(others[0]).__name__}")
        return tuple(item.model_copy(update={"text": _cut(item.text)}) for item in value)
    return (Evidence(kind="value", text=_cut(_as_text(tool, value))),)


def _as_text(tool: Tool, value: Any) -> str:
    """A plain value in words. A text speaks for itself, other values are named after the tool."""
    if isinstance(value, str):
        return value if value.strip() else f"{tool.name}: an empty text"
    if not isinstance(value, _PLAIN_TYPES):
        raise _absurd(tool, "nothing" if value is None else f"a {type(value).__name__}")
    if isinstance(value, (list, tuple, dict)) and not value:
        return f"{tool.name}: nothing found"
    try:
        plain = to_jsonable_python(value)
        return f"{tool.name}: {json.dumps(plain, ensure_ascii=False)}"
    except (PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
        kind = type(value).__name__
        raise _absurd(tool, f"a {kind} that has no JSON form ({error})") from None


def _absurd(tool: Tool, what: str) -> ToolError:
    return ToolError(
        f"{tool.name} returned {what}; expected Evidence, a list of Evidence, a text, a number, "
        "a dict, a list or a pydantic model"
    )


def _cut(text: str) -> str:
    """At most MAX_TEXT characters, with a note about what was left out; always valid UTF-8."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}\n[cut: {MAX_TEXT} of {len(text)} characters shown]"


def _finish(
    evidence: tuple[Evidence, ...], tool: Tool, call: ToolCall, context: Context
) -> tuple[Evidence, ...]:
    """Add what depends on this run: the call's id, the pictures' numbers, the source.

    Not kept in the cache, where the same picture may be number 2 the next time.
    """
    values = _validate(tool, call.arguments)
    numbers = [values[k] for k in tool.arguments.fields if k in tool.arguments.pictures]
    numbers = [number for number in numbers if number is not None]
    changed: list[Evidence] = []
    for item in evidence:
        update: dict[str, Any] = {"call": call.id}
        if numbers and item.source.document is None:
            word = "picture" if len(numbers) == 1 else "pictures"
            update["text"] = f"{word} {' and '.join(map(str, numbers))}: {item.text}"
        if len(numbers) == 1 and item.source == Source():
            update["source"] = picture_source(context.pictures[numbers[0] - 1])
        changed.append(item.model_copy(update=update))
    return tuple(changed)


def picture_source(picture: Picture) -> Source:
    """Where evidence about a picture comes from: its original, or the page it shows."""
    origin = picture.origin
    if origin is not None and origin.document is not None:
        return Source(document=origin.document, page=origin.page, name=picture.name)
    return Source(picture=picture.original, name=picture.name)


def fingerprint(tool: Tool, call: ToolCall, context: Context) -> str:
    """The same for two calls that ask the same of the same pictures, however they are written.

    Defaults are filled in and picture numbers are replaced by what the picture is, so the number
    and the order of pictures do not matter. Arguments that do not fit are taken as they are.
    """
    try:
        values = _validate(tool, call.arguments)
        for key in tool.arguments.pictures:
            if values[key] is not None:
                picture = _picture(key, values[key], context.pictures)
                values[key] = picture.model_dump(include={"sha256", "origin"})
    except ToolError:
        values = dict(call.arguments)
    plain = to_jsonable_python(values, fallback=repr)
    text = json.dumps([tool.name, plain], sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


class ResultCache:
    """The newest results by `fingerprint`; safe to share between threads.

    Args:
        size: how many results are kept; the one not used for longest goes first.
    """

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._kept: OrderedDict[str, tuple[Evidence, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[Evidence, ...] | None:
        """What was put under the key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, evidence: tuple[Evidence, ...]) -> None:
        """Keep evidence as the tool gave it (without picture numbers)."""
        with self._lock:
            self._kept[key] = evidence
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
