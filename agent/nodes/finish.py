"""finish: make the answer of what the run found, and say why it stopped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...schema import (
    Answer,
    AnswerRevised,
    Citation,
    Evidence,
    FormName,
    Illustration,
    Status,
    StopReason,
    ToolResult,
    Usage,
)
from ...tools.base import Tool
from ..calibration import tempered
from ..evidence.prompting import shown_evidence
from ..evidence.provenance import known_by
from ..illustrating import ILLUSTRATED, illustrated
from ..planner import NO_PICTURE
from ..policies.base import examined
from ..policies.finding import no_such_picture
from ..run import Run
from ..state import State, Turn, Verdict
from ..text.facts import years_of
from .base import Done

_MOST_PAGES = 3
_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,3}[.)])\s+")
_CUT_SHORT: tuple[StopReason, ...] = ("budget", "deadline", "cancelled")


def finish(state: State, run: Run) -> Done:
    """Build the `Answer` and remember the turn."""
    stop = state["stop"] or "error"
    status, text = outcome(state, stop, run)
    if text != state["draft"]:
        run.emit(AnswerRevised(text=text, reason=stop))
    verdict = state["verdict"]
    good = stop in ("accepted", "no_tools_needed") and verdict is not None
    cited = sourced(verdict.citations, state["evidence"]) if good and verdict else ()
    shows = state["form"] in ILLUSTRATED and run.settings.stages.illustrate
    answer = Answer(
        question=state["question"],
        text=text,
        status=status,
        confidence=sureness(verdict, run) if good and verdict else 0.0,
        stop_reason=stop,
        citations=cited,
        evidence=state["evidence"],
        pictures=state["pictures"],
        results=state["results"],
        steps=state["steps"],
        usage=usage(state, run),
        model=run.model_name,
        pack=run.pack,
        form=state["form"],
        rows=(state["rows"] or rows_of(state["draft"], state["form"])) if good else (),
        findings=tuple(sorted(run.findings)),
        illustrations=pictured(text, cited, state, run) if shows else (),
    )
    # A follow-up is about the documents that were named before.
    about = f"In {', '.join(state['documents'])}: " if state["documents"] else ""
    turn = Turn(
        question=about + state["standalone_question"],
        answer=text,
        status=status,
        pictures=state["given"],
    )
    return Done(State(answer=answer, turns=(turn,)), f"{status} ({stop})")


def pictured(
    text: str, cited: Sequence[Citation], state: State, run: Run
) -> tuple[Illustration, ...]:
    """The figures and pictures of a longer answer."""
    return illustrated(text, cited, state["pictures"], run.index, run.store)


def sureness(verdict: Verdict, run: Run) -> float:
    """The confidence in an answer, calibrated for the model."""
    return round(tempered(verdict.confidence, run.temperature), 3)


def sourced(citations: Sequence[Citation], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The citations, each with how its statement is known."""
    return tuple(
        c if c.known else c.model_copy(update={"known": known_by(c, evidence)}) for c in citations
    )


def rows_of(text: str, form: FormName) -> tuple[tuple[str, ...], ...]:
    """A list or a table that the model wrote, as values; nothing for other forms."""
    if form not in ("list", "table"):
        return ()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if form == "list":
        return tuple((_LIST_MARK.sub("", line),) for line in lines)
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if "|" in line
    ]
    return tuple(row for row in rows if not all(set(cell) <= set(":- ") for cell in row))


def usage(state: State, run: Run) -> Usage:
    """What the run cost so far."""
    seconds: dict[str, float] = {}
    for step in state["steps"]:
        seconds[step.node] = round(seconds.get(step.node, 0.0) + step.seconds, 4)
    of_the_run = {
        "tool_calls": len(state["results"]),
        "seconds": seconds,
        "total_seconds": round(run.elapsed(), 4),
    }
    return run.model.usage().model_copy(update=of_the_run)


def outcome(state: State, stop: StopReason, run: Run) -> tuple[Status, str]:
    """Status and text for the reason the run stopped."""
    verdict = state["verdict"]
    if verdict is not None and verdict.open and stop == "accepted":
        return "partial", f"{state['draft']}\n(Not settled: {'; '.join(verdict.open)}.)"
    if stop in ("accepted", "no_tools_needed"):
        return "answered", state["draft"]
    if stop == "unsupported":
        return "declined", why_declined(state, run)
    if stop in _CUT_SHORT:
        return cut_short(state, stop, run)
    return "failed", f"Something went wrong: {state['problem']}"


def cut_short(state: State, stop: StopReason, run: Run) -> tuple[Status, str]:
    """What can be said of a run that had to end early: its draft, where no program finds a fault in it."""
    reason = {
        "budget": f"{state['problem']} was reached",
        "deadline": "the time was over",
        "cancelled": "it was stopped",
    }[stop]
    unchecked = state["draft"] and state["verdict"] is None and stop != "cancelled"
    if unchecked and not doubted(state, run):
        return "partial", f"{state['draft']}\n(Not checked: {reason}.)"
    nearest = f" The pages that come nearest: {pages}." if (pages := nearest_pages(state)) else ""
    return "failed", f"There is no answer: {reason} before one was found.{nearest}"


def doubted(state: State, run: Run) -> bool:
    """Whether a program finds a fault in the draft of a model that only reads; that takes no time."""
    if run.model.sees_images:
        return False
    return bool(examined(state["draft"], state, shown_evidence(state), run).doubts)


def why_declined(state: State, run: Run) -> str:
    """What was looked for and where, why it did not do, and what would help."""
    if state["problem"] == NO_PICTURE:
        return "This question is about a picture, but there is none. Add a picture and ask again."
    if no_such_picture(state, run):
        return "There is none: " + "; ".join(failures(state["results"])) + "."
    parts = ["I can't tell."]
    if done := what_was_done(state["results"], run.tools):
        parts.append(f"I {done}; that did not show the answer.")
    if pages := nearest_pages(state):
        parts.append(f"The pages that come nearest: {pages}.")
    parts += other_years(state)
    parts += [f"{m[:1].upper()}{m[1:]}." for m in failures(state["results"])]
    if state["verdict"] is not None and state["verdict"].critique:
        parts.append(f"A first answer did not hold: {state['verdict'].critique}.")
    if not run.model.sees_images and state["pictures"]:
        parts.append(
            "The language model in use reads text only and cannot see the picture; one that sees "
            "(`looktwice models choose` names one for this machine) may be able to tell."
        )
    return " ".join(parts)


def failures(results: Sequence[ToolResult]) -> list[str]:
    """Why tools gave nothing, each reason once; that a second search found nothing new is no reason."""
    worked = {result.call.tool for result in results if result.error is None}
    reasons = (
        result.error.message.rstrip(".")
        for result in results
        if result.error and not (result.error.kind == "not_found" and result.call.tool in worked)
    )
    return list(dict.fromkeys(reasons))


def what_was_done(results: Sequence[ToolResult], tools: Mapping[str, Tool]) -> str:
    """The tools that worked, in people's words: "read the text and looked for objects"."""
    used = dict.fromkeys(r.call.tool for r in results if r.error is None)
    *most, last = [tools[name].done for name in used] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def other_years(state: State) -> list[str]:
    """That what comes nearest tells of other years, as a sentence; [] where it tells of those asked."""
    asked = years_of(state["standalone_question"])
    told = [(item.source, years_of(item.text)) for item in state["extracts"].values()]
    if not asked or any(asked & years for _, years in told):
        return []
    for source, years in told:
        if years and source.document:
            found, wanted = ", ".join(sorted(years)), ", ".join(sorted(asked))
            return [f"{source.document} page {source.page} tells of {found}, not of {wanted}."]
    return []


def nearest_pages(state: State) -> str:
    """Where in the documents somebody could look further."""
    found = [e.source for e in state["evidence"] if e.source.document and e.source.page]
    places = dict.fromkeys(f"{source.document} page {source.page}" for source in found)
    return ", ".join(list(places)[:_MOST_PAGES])
