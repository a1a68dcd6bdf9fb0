"""sift: what of the evidence goes before the model, and whether it is enough to answer from.

The second gate of mR2AG (is this evidence?), asked as a probability. Where the evidence is not enough
and a tool was not asked yet, the assistant looks again; where nothing is left to ask, it declines.
"""

from __future__ import annotations

from ...schema import Evidence, ToolCall
from ...tools.base import Tool
from ..asking import probability_of_yes
from ..prompting import answer_messages, calculated
from ..run import Run
from ..state import Stage, State
from ..wording import estimate_tokens, fit
from .base import Done
from .plan import spread


def sift(state: State, run: Run) -> Done:
    """Keep what fits, then ask whether it answers the question."""
    kept = keep(state["evidence"], run.settings.limits.evidence_tokens)
    shown = tuple(e.id for e in kept)
    update = State(shown=shown)
    if not kept and not run.model.sees_images:
        return decide(update, 0.0, state, run, "nothing was seen")
    if calculated(state["evidence"]):
        return decide(update, 1.0, state, run, "computed")
    probability = probability_of_yes(
        run.model, answer_messages(state, kept, run, task="task_answerable")
    )
    return decide(update, probability, state, run, f"{len(kept)} kept")


def keep(evidence: tuple[Evidence, ...], tokens: int) -> list[Evidence]:
    """Distinct evidence within a budget of tokens; long texts share what is left."""
    distinct = list({(e.source.picture, e.text): e for e in evidence}.values())
    share = tokens // max(1, len(distinct))
    spare = sum(max(0, share - estimate_tokens(e.text)) for e in distinct)
    long = sum(1 for e in distinct if estimate_tokens(e.text) > share)
    room = share + (spare // long if long else 0)
    return [e.model_copy(update={"text": fit(e.text, room)}) for e in distinct]


def decide(update: State, probability: float, state: State, run: Run, why: str) -> Done:
    """Go on to the draft, look again with what was not tried, or decline."""
    did = f"{why}, answerable {probability:.2f}"
    update["answerable"] = probability
    if probability >= run.settings.thresholds.answerable:
        return Done(update, did)
    more = untried(state, run)
    if more and state["round"] < run.settings.limits.rounds:
        update["stages"], update["round"] = (more,), state["round"] + 1
        return Done(update, f"{did}; looking again with {', '.join(c.tool for c in more)}")
    update["stop"] = "unsupported"
    return Done(update, f"{did}; not enough to answer")


def untried(state: State, run: Run) -> Stage:
    """The picture tools not asked yet that can run without being told anything, at their widest."""
    asked = {result.call.tool for result in state["results"]}
    tools = (
        t
        for t in run.tools.values()
        if t.needs_picture and t.name not in asked and not t.parameters.get("required")
    )
    return tuple(c for t in tools for c in spread(widest(t), state, run))


def widest(tool: Tool) -> ToolCall:
    """The call with every argument at its default, so that none has to be filled."""
    properties = tool.parameters.get("properties", {})
    defaults = {k: v["default"] for k, v in properties.items() if "default" in v and k != "picture"}
    return ToolCall(tool=tool.name, arguments=defaults)
