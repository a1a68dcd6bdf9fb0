"""The model's costs and limits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from looktwice.agent.backends.base import CallCost, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.budget import BudgetSpent, Meter
from looktwice.control import Control
from looktwice.errors import Cancelled, DeadlinePassed, ModelError
from looktwice.schema import Picture
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


def test_what_a_tool_spends_is_counted_and_takes_nothing_from_the_run() -> None:
    model = ScriptedModel(lambda messages, schema: "a b")
    of_a_tool, meter = metered(model), metered(model, model_calls=1, tokens=5)
    for _ in range(3):
        of_a_tool.generate(ASK)
    meter.include(of_a_tool.usage())
    assert meter.can_call()
    meter.generate(ASK)
    assert not meter.can_call()
    assert (meter.calls, meter.prompt_tokens, meter.completion_tokens) == (4, 12, 8)


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


def photo(name: str) -> Picture:
    return Picture(sha256=name * 64, width=1024, height=1000, format="JPEG")


def test_the_tokens_of_a_picture_count_once() -> None:
    """Five questions about one picture of a thousand tokens cost it once, and their words each time."""
    cost = 1000 + 40
    model = ScriptedModel(lambda messages, schema: "a")
    meter = metered(model, tokens=100_000)
    asked = [Message(role="user", text="w " * 80, pictures=(photo("a"),))]
    charged = []
    for _ in range(3):
        meter._add(CallCost(prompt_tokens=cost, completion_tokens=1), asked)
        charged.append(meter._charged)
    assert charged == [cost + 1, cost + 42, cost + 83]
    assert meter.prompt_tokens == 3 * cost
    meter._add(
        CallCost(prompt_tokens=cost), [asked[0].model_copy(update={"pictures": (photo("b"),)})]
    )
    assert meter._charged == charged[-1] + cost


def test_what_was_read_and_seen_is_added_up() -> None:
    meter = metered(ScriptedModel(["a"]))
    meter._add(CallCost(prompt_tokens=100, vision_passes=1), ASK)
    meter._add(CallCost(prompt_tokens=110, cached_tokens=95), ASK)
    assert (meter.prefill_tokens, meter.vision_passes) == (115, 1)


@pytest.mark.parametrize(
    ("context", "sees", "pictures", "room"),
    [
        (32_768, True, 4, 2_500),
        (4_096, False, 0, 2_500),
        (4_096, True, 1, 4_096 - 1_000 - 1_400),
        (4_096, True, 32, 4_096 // 2 - 1_400),
        (2_048, False, 0, 2_048 - 1_400),
        (1_024, False, 0, 256),
    ],
)
def test_evidence_leaves_room_in_what_the_model_can_read(
    context: int, sees: bool, pictures: int, room: int
) -> None:
    model = ScriptedModel(["a"], sees_images=sees)
    model.context_tokens = context
    shown = [photo(f"{n % 10}") for n in range(pictures)]
    assert metered(model).room_for_evidence(shown) == room
