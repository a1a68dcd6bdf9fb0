"""Answers that have to be computed: the model picks the numbers, the calculator works them out.

A small model asked for a change or a ratio writes a number that it made up. That number stands nowhere in
the evidence, which is how it is noticed; the model is then asked for the expression instead (after
program-of-thought prompting and MuMath-Code), and what the expression is made of has to be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from ...errors import ModelError, ToolError
from ...schema import Calculation, Evidence, ToolCall
from ...tools.calculate import calculate, calculation_evidence, evaluate
from ..evidence.grounding import ROUNDED_BELOW
from ..evidence.prompting import answer_messages, calculated, shown_evidence
from ..evidence.selection import trusted
from ..planner import object_schema
from ..run import Run
from ..state import Stage, State
from ..structured_output import ask_json
from .support import retrieved

CALLS = 5
"""Of the model, that computing needs: the expression, twice, whether it answers, and two to check it."""
_MOST_TOKENS = 80
_SCHEMA = object_schema({"expression": {"type": "string"}})
_PLACES, _DIGITS = 2, 3
"""A result is rounded to so many places, unless that would leave fewer digits."""
_PERCENTS = re.compile(r"[-(\s]*[\d.,]+\s*%(?:[-+()\s]+[\d.,]+\s*%)*[)\s]*")
"""Percentages that are only added and taken away."""


class Expression(BaseModel):
    """What the model answers when it is asked what to compute."""

    expression: str


def computing(state: State, run: Run) -> Stage:
    """A call of the calculator with numbers that were read; () where the model knows none.

    Asked once for the same evidence, and with it in the other order: a sum that depends on which page
    stands first is a guess (after JudgeLM's swap of places).
    """
    shown = shown_evidence(state)
    done = any(item.kind == "calculation" for item in shown)
    if done or calculate.name not in run.tools:
        return ()
    if not retrieved(shown) or not run.model.can_call(CALLS):
        return ()
    expression = _expression(state, shown, run)
    made_of = calculation_evidence(expression, "")
    if not calculated([made_of]) or made_of not in trusted(
        [*shown, made_of], state["standalone_question"]
    ):
        return ()
    if len(shown) > 1 and not _alike(expression, _expression(state, shown[::-1], run)):
        return ()
    return (ToolCall(tool=calculate.name, arguments={"expression": expression}),)


def _expression(state: State, shown: Sequence[Evidence], run: Run) -> str:
    """What the model would compute; "" where it says nothing that can be read."""
    messages = answer_messages(state, shown, run, task="task_compute")
    try:
        wanted = ask_json(run.model, messages, _SCHEMA, Expression, max_tokens=_MOST_TOKENS)
    except ModelError:  # the draft is then judged as it is
        return ""
    return wanted.expression.partition("=")[0].strip()  # the result is not its business


def _alike(one: str, other: str) -> bool:
    """Whether two expressions come to the same."""
    try:
        return evaluate(one) == evaluate(other)
    except ToolError:
        return False


def told(made_of: Calculation) -> str:
    """A calculation as an answer: its result, rounded, and what it was made of."""
    made, value, unit = made_of.expression, Decimal(made_of.result), ""
    if abs(value) >= ROUNDED_BELOW:
        return f"{made_of.result} = {made}"
    if _PERCENTS.fullmatch(made):  # 22.9% - 20.2% is 2.7%, not 0.027
        value, unit = value * 100, "%"
    places = max(_PLACES, _DIGITS - 1 - value.adjusted()) if value else 0
    short = round(value, places).normalize()
    return f"{short:f}{unit} {'=' if short == value else '≈'} {made}"
