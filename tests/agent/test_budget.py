"""The model's costs and limits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.budget import BudgetSpent, Meter
from looktwice.control import Control
from looktwice.errors import Cancelled, DeadlinePassed, ModelError
from looktwice.settings import Limits

ASK = [Message(role="user", text="one two three")]


def metered(model: ScriptedModel, control: Control | None = None, **limits: int) -> Meter:
    return Meter(model, Limits(**limits), control or Control())


def test_costs_are_added_up() -> None:
    meter = metered(ScriptedModel(["four five"], choices=[{"yes": 1.0}]))
    assert meter.generate(ASK).text == "four five"
    assert meter.choose(ASK, ("yes", "no")).best == "yes"
    assert (meter.calls, meter.prompt_tokens, meter.completion_tokens) == (2, 6, 3)


def test_the_limit_of_calls_holds_for_both_kinds() -> None:
    model = ScriptedModel(lambda messages, schema: "a", choices=lambda m, o: {"yes": 1.0})
    meter = metered(model, model_calls=2)
    meter.generate(ASK)
    assert meter.can_call()
    assert not meter.can_call(2)
    meter.choose(ASK, ("yes", "no"))
    assert not meter.can_call()
    with pytest.raises(BudgetSpent, match="2 model calls"):
        meter.generate(ASK)
    with pytest.raises(BudgetSpent, match="2 model calls"):
        meter.choose(ASK, ("yes", "no"))
    assert len(model.calls) == 2


def test_a_limit_of_none_at_all() -> None:
    model = ScriptedModel(["a"])
    with pytest.raises(BudgetSpent):
        metered(model, model_calls=0).generate(ASK)
    assert model.calls == []


def test_a_reply_never_goes_over_what_is_left_of_the_tokens() -> None:
    meter = metered(ScriptedModel(["w " * 100] * 3), tokens=20)
    first = meter.generate(ASK)  # 20 left for it: the prompt's cost is known only afterwards
    assert first.completion_tokens == 20
    assert first.finish == "length"
    with pytest.raises(BudgetSpent, match="20 tokens"):
        meter.generate(ASK)


def test_max_tokens_is_the_answers_limit_unless_given() -> None:
    meter = metered(ScriptedModel(["w " * 100] * 2), answer_tokens=7)
    assert meter.generate(ASK).completion_tokens == 7
    assert meter.generate(ASK, max_tokens=3).completion_tokens == 3


def test_a_stopped_run_asks_nothing_more() -> None:
    stopped = Control()
    stopped.cancel()
    model = ScriptedModel(["a"], choices=[{"yes": 1.0}])
    with pytest.raises(Cancelled):
        metered(model, stopped).generate(ASK)
    with pytest.raises(DeadlinePassed):
        metered(model, Control(0)).choose(ASK, ("yes", "no"))
    assert model.calls == []


def test_a_reply_cut_off_by_the_stop_button_is_no_reply() -> None:
    control = Control()
    meter = metered(ScriptedModel(["a long reply that goes on"]), control)
    with pytest.raises(Cancelled):
        meter.generate(ASK, on_token=lambda text: control.cancel())
    assert meter.calls == 1
    assert meter.completion_tokens > 0  # what was written so far is still paid for


def test_a_failed_call_counts() -> None:
    meter = metered(ScriptedModel([ModelError("gone"), "a"]), model_calls=2)
    with pytest.raises(ModelError):
        meter.generate(ASK)
    assert meter.generate(ASK).text == "a"
    assert not meter.can_call()


def test_threads_share_one_budget() -> None:
    model = ScriptedModel(lambda messages, schema: "a")
    meter = metered(model, model_calls=20)

    def ask(_: int) -> bool:
        try:
            meter.generate(ASK)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(60))) == 20
    assert len(model.calls) == meter.calls == 20
    assert (meter.prompt_tokens, meter.completion_tokens) == (60, 20)
