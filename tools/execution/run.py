"""Running one call of a tool: in time, and with every failure as data.

Whatever goes wrong inside a tool becomes a `ToolFailure`; only stopping the whole run is an exception.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Mapping
from typing import Any

from ...control import Control
from ...errors import (
    BadInput,
    Cancelled,
    DeadlinePassed,
    MissingExtra,
    ToolError,
    ToolErrorKind,
    WeightsError,
)
from ...schema import Evidence, ToolCall, ToolFailure, ToolResult
from ..base import Tool
from ..context import Context
from .binding import bind
from .cache import ResultCache, fingerprint
from .results import as_evidence, finished, shortened

_POLL_SECONDS = 0.02
_PATIENCE = 3_600.0
"""Seconds that a patient tool without a limit of its own may take."""


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
        numbered = finished(known, tool, call, context)
        return ToolResult(call=call, evidence=numbered, cached=True)
    try:
        arguments = bind(tool, call.arguments, context)
        evidence = _run(tool, arguments, context.control, timeout)
    except ToolError as error:
        return ToolResult(
            call=call,
            error=ToolFailure(kind=error.kind, message=shortened(str(error))),
            seconds=time.monotonic() - started,
        )
    if cache is not None and key:
        cache.put(key, evidence)
    return ToolResult(
        call=call,
        evidence=finished(evidence, tool, call, context),
        seconds=time.monotonic() - started,
    )


def _run(
    tool: Tool, arguments: Mapping[str, Any], control: Control, timeout: float
) -> tuple[Evidence, ...]:
    """A patient tool's time is not the run's: what it makes is kept for later questions."""
    if tool.patient:
        with control.waiting():
            return _in_thread(tool, arguments, control, tool.timeout or _PATIENCE)
    seconds = min(timeout, tool.timeout if tool.timeout is not None else timeout)
    return _in_thread(tool, arguments, control, control.remaining(seconds) or 0.0)


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
            outcome.append(variables.run(lambda: as_evidence(tool, tool.function(**arguments))))
        except BaseException as error:
            outcome.append(error)
        finally:
            done.set()

    limit = time.monotonic() + seconds
    threading.Thread(target=work, name=f"tool-{tool.name}", daemon=True).start()
    while not done.wait(min(_POLL_SECONDS, max(0.0, limit - time.monotonic()))):
        if control.cancelled:
            raise Cancelled("the run was stopped")
        if time.monotonic() >= limit:
            message = f"{tool.title} did not finish in {seconds:g} seconds"
            if control.expired:
                message = f"the run's time was over before {tool.title} finished"
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
    elif isinstance(error, WeightsError | MissingExtra):
        kind = "unavailable"
    elif isinstance(error, DeadlinePassed):
        kind = "timeout"
    else:
        message = f"{type(error).__name__}: {message}"
    return ToolError(f"{tool.name}: {message}", kind=kind)
