"""plan: which tools to ask, and with what arguments."""

from __future__ import annotations

from ...schema import FormName
from ...tools.calculate import calculate
from ..arguments import fill
from ..calls import spread
from ..forms import FORMS, Form
from ..planner import NO_PICTURE
from ..planning.context import RoutingContext
from ..planning.routes import route
from ..references import plainly_named
from ..run import Run
from ..state import Stage, State
from .base import Done

_COMPARING: tuple[FormName, ...] = ("comparison", "choice")
_FEWEST_COMPARED, _MOST_COMPARED = 2, 4
"""Pictures that are compared, where a question names none."""


def plan(state: State, run: Run) -> Done:
    """Decide once, then make the next stage ready to run."""
    form = state["form"]
    if state["looked"]:
        stages, how = state["stages"], "next stage"
    else:
        plain = plainly_named(state["standalone_question"], state["documents"])
        form = run.forms.form(plain).name
        state = State(**{**state, "target_pictures": compared(state, form)})
        stages, how = route(RoutingContext(state, FORMS[form], run))
        stages = fitting(stages, FORMS[form])
    if how == NO_PICTURE:
        return Done(
            State(stop="unsupported", problem=NO_PICTURE), "a picture is meant, but there is none"
        )
    if not stages:
        update = State(stages=(), looked=False, form=form, target_pictures=state["target_pictures"])
        return Done(update, f"{form}: no tool needed ({how})")
    ready = tuple(
        call for wanted in stages[0] for call in spread(fill(wanted, state, run), state, run)
    )
    names = ", ".join(dict.fromkeys(call.tool for call in ready))
    update = State(stages=(ready, *stages[1:]), looked=True, form=form)
    update["target_pictures"] = state["target_pictures"]
    return Done(update, f"{form}: {names} ({how})")


def compared(state: State, form: FormName) -> tuple[int, ...]:
    """The pictures a question is about; one that compares is about all of a short conversation.

    Also where it names one of those that came with it: "What changed from the first picture?".
    """
    every = tuple(range(1, len(state["pictures"]) + 1))
    more = form == "comparison" and len(state["given"]) == len(every)
    if (state["given"] and not more) or form not in _COMPARING or len(every) > _MOST_COMPARED:
        return state["target_pictures"]
    return every if len(state["target_pictures"]) < _FEWEST_COMPARED else state["target_pictures"]


def fitting(stages: tuple[Stage, ...], form: Form) -> tuple[Stage, ...]:
    """The plan without sums where something is made of what was read: its neighbours share the topic."""
    if not form.worked:
        return stages
    left = (tuple(call for call in stage if call.tool != calculate.name) for stage in stages)
    return tuple(stage for stage in left if stage)
