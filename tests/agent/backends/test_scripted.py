"""The shipped fake."""

from __future__ import annotations

import json
import threading

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.control import Control
from looktwice.errors import Cancelled, ModelError, UsageError

ASK = [Message(role="user", text="one two three")]


def test_replies_come_in_order_and_run_out() -> None:
    model = ScriptedModel(["first", {"tool": "é"}])
    assert model.generate(ASK).text == "first"
    assert json.loads(model.generate(ASK).text) == {"tool": "é"}
    with pytest.raises(ModelError, match="ran out at call 3"):
        model.generate(ASK)


def test_exceptions_are_raised_and_functions_called() -> None:
    model = ScriptedModel([ModelError("gone"), lambda messages, schema: messages[0].text.upper()])
    with pytest.raises(ModelError, match="gone"):
        model.generate(ASK)
    assert model.generate(ASK).text == "ONE TWO THREE"


def test_one_function_answers_every_call_and_sees_the_schema() -> None:
    model = ScriptedModel(lambda messages, schema: {"asked": list(schema or ())})
    assert json.loads(model.generate(ASK, schema={"type": "object"}).text) == {"asked": ["type"]}
    assert json.loads(model.generate(ASK).text) == {"asked": []}


def test_calls_are_recorded() -> None:
    model = ScriptedModel(["a"], choices=[{"yes": 1.0}])
    model.generate(ASK, schema={"type": "object"})
    model.choose(ASK, ["yes", "no"])
    assert [call.messages for call in model.calls] == [tuple(ASK), tuple(ASK)]
    assert model.calls[0].schema == {"type": "object"}
    assert model.calls[1].options == ("yes", "no")


def test_a_single_text_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        ScriptedModel("hello")


def test_choices_are_scaled_and_left_out_options_have_none() -> None:
    model = ScriptedModel(choices=[{"yes": 0.3, "other": 0.5}, ModelError("gone")])
    choice = model.choose(ASK, ["yes", "no"])
    assert choice.probabilities == {"yes": 1.0, "no": 0.0}
    assert choice.mass == pytest.approx(0.3)
    with pytest.raises(ModelError, match="gone"):
        model.choose(ASK, ["yes", "no"])
    with pytest.raises(ModelError, match="ran out"):
        model.choose(ASK, ["yes", "no"])


def test_a_choice_of_nothing_is_an_error() -> None:
    model = ScriptedModel(choices=lambda messages, options: {})
    with pytest.raises(ModelError, match="none of"):
        model.choose(ASK, ["yes", "no"])


@pytest.mark.parametrize("options", [[], ["yes"], ["yes", "Yes"], ["no", "nobody"], ["a", " "]])
def test_options_must_differ(options: list[str]) -> None:
    with pytest.raises(UsageError, match="option"):
        ScriptedModel(choices=[{"yes": 1.0}]).choose(ASK, options)


def test_a_stopped_run_gets_nothing() -> None:
    control = Control()
    control.cancel()
    model = ScriptedModel(["hello"], choices=[{"yes": 1.0}])
    reply = model.generate(ASK, control=control)
    assert (reply.text, reply.finish) == ("", "cancelled")
    with pytest.raises(Cancelled):
        model.choose(ASK, ["yes", "no"], control=control)


def test_stopping_at_the_last_piece_is_no_cancelling() -> None:
    control = Control()
    reply = ScriptedModel(["abc"]).generate(
        ASK, control=control, on_token=lambda _: control.cancel()
    )
    assert (reply.text, reply.finish) == ("abc", "stop")


def test_each_thread_gets_its_own_reply() -> None:
    model = ScriptedModel([str(n) for n in range(64)])
    said: list[str] = []

    def work() -> None:
        for _ in range(8):
            said.append(model.generate(ASK).text)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said, key=int) == [str(n) for n in range(64)]
