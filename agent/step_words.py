"""What a step of a run came to, for people who watch it; its figures stand in `Step.did`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from ..errors import LooktwiceError
from ..retrieval.pages import REPLACED
from ..schema import Evidence, Node, StopReason, ToolCall
from .run import Run
from .state import State, Verdict

Words = Callable[[State, State, Run], Iterator[str]]
"""Of the state before a step, and of what it changed."""

_SURE = 0.8
_LONGEST = 160
_ANSWERS = "What was found answers the question"
_MAY_ANSWER = "What was found may answer the question"
_STOPPED: Mapping[StopReason | None, str] = MappingProxyType(
    {
        "cancelled": "Stopped",
        "deadline": "The time is over",
        "budget": "A limit is reached",
        "error": "Something went wrong",
    }
)


def step_words(node: Node, before: State, update: State, run: Run) -> str:
    """One sentence, or "" where there is nothing to say beside the step's name.

    Args:
        node: that ran.
        before: the state it was given.
        update: what it changed.
        run: the run it belongs to.
    """
    stop = update.get("stop")
    if stop in _STOPPED and node != "finish":
        return _STOPPED[stop]
    told = _OF_NODE.get(node)
    return "; ".join(told(before, update, run)) if told is not None else ""


def _intake(before: State, update: State, run: Run) -> Iterator[str]:
    meant = update.get("standalone_question", before["question"])
    if meant != before["question"]:
        yield f"Understood as: {_short(meant)}"
    elif named := update.get("documents"):
        yield f"About: {', '.join(named)}"


def _plan(before: State, update: State, run: Run) -> Iterator[str]:
    if update.get("stop") is not None:
        yield "A picture is meant, but there is none"
    elif stages := update.get("stages"):
        yield f"{'Then' if before['looked'] else 'First'}: {_titles(stages[0], run)}"
    else:
        yield "No tool is needed"


def _gate(before: State, update: State, run: Run) -> Iterator[str]:
    if update.get("stop") is not None:
        yield "What was found does not answer the question"
    elif update.get("stages"):
        yield "Not enough yet, looking again"
    elif run.model.sees_images:
        yield "The model looks for itself"
    else:
        surely = update.get("answerable", 0.0) >= _SURE
        yield _ANSWERS if surely else _MAY_ANSWER
    new = set(update.get("shown", ())) - set(before["shown"])
    yield from _replaced([e for e in before["evidence"] if e.id in new], run)


def _draft(before: State, update: State, run: Run) -> Iterator[str]:
    lines = update.get("draft", "").splitlines()
    if len(lines) > 1:  # a list, a table, a text: it is shown as it grows
        yield f"A first answer of {len(lines)} lines"
    elif lines:
        yield f"A first answer: “{_short(lines[0])}”"


def _check(before: State, update: State, run: Run) -> Iterator[str]:
    verdict = update.get("verdict")
    if verdict is None:
        return
    old, new = before["draft"], update.get("draft", before["draft"])
    if verdict.outcome == "accept":
        yield from _accepted(verdict, old, new)
    elif verdict.outcome == "decline":
        yield ": ".join(filter(None, ("It does not hold", verdict.critique)))
    else:
        yield ": ".join(filter(None, ("A doubt", verdict.critique)))
        yield "looking again" if update.get("stages") else "writing it anew"


def _accepted(verdict: Verdict, old: str, new: str) -> Iterator[str]:
    if new != old:
        yield f"Put right: “{_short(old)}” is now “{_short(new)}”"
    elif not verdict.citations:
        yield "Nothing to check"
    else:
        yield "It agrees with what was found"
    yield from (f"Not settled: {reason}" for reason in verdict.open)


_OF_NODE: Mapping[Node, Words] = MappingProxyType(
    {"intake": _intake, "plan": _plan, "gate": _gate, "draft": _draft, "check": _check}
)


def _titles(calls: Sequence[ToolCall], run: Run) -> str:
    """What these calls do: "Reading text, Finding objects"."""
    return ", ".join(dict.fromkeys(run.tools[c.tool].title for c in calls if c.tool in run.tools))


def _replaced(evidence: Sequence[Evidence], run: Run) -> Iterator[str]:
    """Pages among the evidence whose own text was not believed, and why."""
    pages = dict.fromkeys((e.source.document, e.source.page) for e in evidence)
    for document, number in pages:
        if run.index is None or document is None or number is None:
            continue
        with suppress(LooktwiceError):  # it was removed meanwhile
            label = run.index.page(document, number).label
            if label.startswith(REPLACED):
                yield f"{document}, page {number}: {label}"


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= _LONGEST else bare[: _LONGEST - 1].rstrip() + "…"
