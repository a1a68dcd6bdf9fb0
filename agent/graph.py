r"""The controller: which node comes after which.

intake -> plan -> act -> gate -> draft -> check -> finish
         ^______________|________________|  (next stage, or look again: at most `limits.rounds`)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from ..errors import BadInput, Cancelled, DeadlinePassed, LooktwiceError
from ..schema import Node, Step, StepFinished, StepStarted, StopReason
from .budget import BudgetSpent
from .nodes.act import act
from .nodes.base import Done, NodeFunction
from .nodes.check import check
from .nodes.draft import draft
from .nodes.finish import finish
from .nodes.gate import gate
from .nodes.intake import intake
from .nodes.plan import plan
from .run import Run
from .state import State
from .step_words import step_words

Graph = CompiledStateGraph[State, Run, State, State]
Way = Callable[[State], str]
"""Which node comes next, by what the one before it left."""

_WHY: dict[type[LooktwiceError], StopReason] = {
    Cancelled: "cancelled",
    DeadlinePassed: "deadline",
    BudgetSpent: "budget",
}


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Graph:
    """The compiled controller; with a checkpointer it keeps sessions."""
    graph = StateGraph(State, context_schema=Run)

    def add(name: Node, function: NodeFunction, way: Way, *to: str) -> None:
        graph.add_node(str(name), traced(name, function, way), destinations=to)

    graph.add_edge(START, "intake")
    add("intake", intake, unless_stopped("plan"), "plan", "finish")
    add("plan", plan, after_plan, "act", "draft", "finish")
    add("act", act, after_act, "plan", "gate", "finish")
    add("gate", gate, after_gate, "plan", "draft", "finish")
    add("draft", draft, unless_stopped("check"), "check", "finish")
    add("check", check, after_check, "plan", "draft", "finish")
    add("finish", finish, lambda state: END, END)
    return graph.compile(checkpointer=checkpointer, name="looktwice")


def unless_stopped(node: Node) -> Way:
    """Go to `node`, or to the end when the run has stopped."""
    return lambda state: "finish" if state["stop"] else node


def after_plan(state: State) -> str:
    """Run the planned calls; answer at once where none is needed."""
    return unless_stopped("act" if state["stages"] else "draft")(state)


def after_act(state: State) -> str:
    """The next stage needs its arguments filled first."""
    return unless_stopped("plan" if state["stages"] else "gate")(state)


def after_gate(state: State) -> str:
    """Look again where what was seen is not enough."""
    return unless_stopped("plan" if state["stages"] else "draft")(state)


def after_check(state: State) -> str:
    """A rejected draft is written again, or from other evidence."""
    return unless_stopped("plan" if state["stages"] else "draft")(state)


class TracedNode(Protocol):
    """How LangGraph calls a node."""

    def __call__(self, state: State, runtime: Runtime[Run]) -> Command[str]:
        """Run it."""
        ...


def traced(name: Node, function: NodeFunction, way: Way) -> TracedNode:
    """The node with its step in the trace; what goes wrong inside becomes a reason to stop.

    It names the next node itself: for a conditional edge LangGraph copies the whole state once more.
    """

    def node(state: State, runtime: Runtime[Run]) -> Command[str]:
        run, started = runtime.context, time.monotonic()
        run.emit(StepStarted(node=name))
        done = attempt(function, state, run, last=name == "finish")
        step = Step(
            node=name,
            started=round(started - run.began, 4),
            seconds=round(time.monotonic() - started, 4),
            did=done.did,
            words=step_words(name, state, done.update, run),
        )
        run.emit(StepFinished(step=step))
        # Ways look at channels that are replaced, so what is appended need not be added up here.
        goto = way(State(**{**state, **done.update}))
        return Command(update=State(**{**done.update, "steps": (step,)}), goto=goto)

    return node


def attempt(function: NodeFunction, state: State, run: Run, last: bool) -> Done:
    """Run a node; a limit, a stop or a failure is written down instead of raised."""
    try:
        if not last:
            run.control.check()
        return function(state, run)
    except BadInput as error:
        return Done(State(stop="error", problem=str(error)), f"bad input: {error}")
    except LooktwiceError as error:
        reason = _WHY.get(type(error), "error")
        return Done(State(stop=reason, problem=str(error)), f"stopped: {error}")
