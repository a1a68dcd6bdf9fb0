"""act: run the calls of one stage side by side; what fails becomes an observation."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ...schema import Evidence, ToolCall, ToolFinished, ToolProgress, ToolResult, ToolStarted
from ...tools.context import Context
from ...tools.execution.cache import fingerprint
from ...tools.execution.run import run_tool
from ...tools.records.query import QUERY_RECORDS, READ_RECORDS
from ...tools.tables.query import FIND_TABLE, QUERY_TABLE
from ..evidence.selection import unrepeated
from ..run import Run
from ..state import Stage, State
from .base import Done

_NEEDED = {FIND_TABLE: QUERY_TABLE, READ_RECORDS: QUERY_RECORDS}
"""Tools without whose success the next has nothing to ask."""


def act(state: State, run: Run) -> Done:
    """Run the first stage; calls made before are answered from the record, never repeated."""
    stage, rest = state["stages"][0], state["stages"][1:]
    context = run.context(state["pictures"], state["evidence"])
    calls = new_calls(stage, state["results"], context, run)
    room = run.settings.limits.tool_calls - len(state["results"])
    kept, over = calls[:room], calls[room:]
    results = run_all(kept, context, run)
    numbered = number_evidence(results, first=len(state["evidence"]) + 1)
    evidence = unrepeated(numbered, state["evidence"], state["pictures"])
    update = State(stages=possible(rest, results), results=tuple(results), evidence=evidence)
    did = "; ".join(summary(r) for r in results) or "nothing new to run"
    if over:
        did += f"; {len(over)} more calls left out, the limit is reached"
        update["stages"] = ()
        if not state["results"] and not results:
            update["stop"] = "budget"
            update["problem"] = f"the limit of {run.settings.limits.tool_calls} tool calls"
    return Done(update, did)


def possible(stages: Sequence[Stage], results: Sequence[ToolResult]) -> tuple[Stage, ...]:
    """The stages to come without a query to a table that was looked for and not found."""
    failed = {r.call.tool for r in results if r.error}
    vain = {asks for finds, asks in _NEEDED.items() if finds in failed}
    if not vain:
        return tuple(stages)
    left = (tuple(call for call in stage if call.tool not in vain) for stage in stages)
    return tuple(stage for stage in left if stage)


def new_calls(
    stage: Sequence[ToolCall], results: Sequence[ToolResult], context: Context, run: Run
) -> list[ToolCall]:
    """The stage's calls that were not made before in this run, numbered."""
    seen = {fingerprint(run.tools[r.call.tool], r.call, context) for r in results}
    calls: list[ToolCall] = []
    for call in stage:
        key = fingerprint(run.tools[call.tool], call, context)
        if key not in seen:
            seen.add(key)
            number = len(results) + len(calls) + 1
            title = call.title or run.tools[call.tool].title
            calls.append(call.model_copy(update={"id": f"C{number}", "title": title}))
    return calls


def run_all(calls: Sequence[ToolCall], context: Context, run: Run) -> list[ToolResult]:
    """Run calls side by side, telling of each as it starts and ends."""

    def one(call: ToolCall) -> ToolResult:
        run.emit(ToolStarted(call=call))
        tool, seconds = run.tools[call.tool], run.settings.limits.tool_seconds
        lent = replace(context, tell=lambda words: run.emit(ToolProgress(call=call, text=words)))
        result = run_tool(tool, call, lent, seconds, run.cache)
        run.emit(ToolFinished(result=result))
        return result

    if len(calls) < 2:
        return [one(call) for call in calls]
    with ThreadPoolExecutor(max_workers=len(calls), thread_name_prefix="looktwice-act") as pool:
        return list(pool.map(one, calls))


def number_evidence(results: Sequence[ToolResult], first: int) -> tuple[Evidence, ...]:
    """The results' evidence as E1, E2 ..., each told which call it came from."""
    flat = [(r.call.id, e) for r in results for e in r.evidence]
    return tuple(
        e.model_copy(update={"id": f"E{number}", "call": call})
        for number, (call, e) in enumerate(flat, first)
    )


def summary(result: ToolResult) -> str:
    """One result in a few words for the trace."""
    if result.error:
        return f"{result.call.tool} failed ({result.error.kind}): {result.error.message}"
    count = len(result.evidence)
    cached = ", from the record" if result.cached else ""
    return f"{result.call.tool}: {count} piece{'' if count == 1 else 's'} of evidence{cached}"
