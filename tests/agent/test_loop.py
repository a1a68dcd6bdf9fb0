"""Whatever model and tools do, a run ends within its limits and says why."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.budget import Meter
from looktwice.agent.form_classifier import FormClassifier
from looktwice.agent.forms import FORMS, Form
from looktwice.agent.graph import build_graph
from looktwice.agent.planner import Example, Planner, shipped_examples
from looktwice.agent.run import Run
from looktwice.agent.state import fresh
from looktwice.control import Control
from looktwice.errors import ModelError, ToolError
from looktwice.media.store import Store
from looktwice.schema import (
    Answer,
    FormName,
    StepFinished,
    StepStarted,
    StopReason,
    Token,
    ToolCall,
    ToolFinished,
    ToolStarted,
)
from looktwice.settings import Settings
from looktwice.tools.base import Tool
from looktwice.tools.calculate import calculate, calculation_evidence
from looktwice.tools.execution.cache import ResultCache, fingerprint
from looktwice.tools.execution.results import picture_source

from . import kit

STATUS_OF = {
    "accepted": {"answered", "partial"},
    "no_tools_needed": {"answered"},
    "unsupported": {"declined"},
    "budget": {"partial", "failed"},
    "deadline": {"partial", "failed"},
    "cancelled": {"failed"},
    "error": {"failed"},
}
HUGE = "word " * 3_000
REPLIES = st.one_of(
    st.sampled_from(
        [
            "",
            "8.20",
            "There are four people.",
            "yes",
            "99.99",
            "8.30",  # a digit beside what is read
            "3.10 + 5.10 = 9.20",
            "- Bread 3.10\n- Milk 5.10",
            "| item | price |\n| --- | --- |\n| Bread | 3.10 |",
            "Das ist ein Kassenzettel aus einem kleinen Laden an der Ecke mit Brot und Milch.",
            "{",
            "[" * 5_000,
            "1" * 5_000,
            "null",
            '{"stages": []}',
            '{"stages": [[]]}',
            '{"stages": [[{"tool": "read_text"}], [{"tool": "calculate"}]]}',
            '{"stages": [[{"tool": "rm -rf"}]]}',
            '{"stages": '
            + str([[{"tool": "read_text"}] * 9] * 40).replace("'", '"').replace(" ", "")
            + "}",
            '{"labels": ["person"]}',
            '{"target": "bus", "picture": 77, "box": [1, 2, 3]}',
            '{"expression": "2 + 2"}',
            '{"target": "\\ud800"}',
            HUGE,
            ModelError("the server is gone"),
        ]
    ),
    st.text(max_size=40),
)
OUTCOMES = ("reading", "people", "none", "nonsense", "nothing", "raise", "refuse", "hang", "sum")
QUESTIONS = st.sampled_from(
    [
        "What is the total on this receipt?",
        "How many people are in the picture?",
        "What colour is the bus in picture 2?",
        "What is in picture 0?",
        "What does picture 9 show?",
        "Compare the first photo and the last photo",
        "How much change is left from 50 if I pay the total?",
        "Hello!",
        "zzz",
    ]
)
LIMITS = st.fixed_dictionaries(
    {
        "rounds": st.integers(0, 3),
        "tool_calls": st.integers(0, 4),
        "model_calls": st.integers(0, 8),
        "tokens": st.integers(1, 5_000),
        "answer_tokens": st.integers(1, 50),
        "evidence_tokens": st.integers(1, 300),
        "seconds": st.just(20.0),
        "tool_seconds": st.just(0.03),
    }
)


class OneForm(FormClassifier):
    """Takes every question for one that asks for this form."""

    def __init__(self, name: FormName) -> None:
        super().__init__(None)
        self._name: FormName = name

    def form(self, question: str) -> Form:
        return FORMS[self._name]


class World(NamedTuple):
    """What does not change from run to run."""

    graph: Any
    planner: Planner
    forms: FormClassifier
    store: Store
    pictures: tuple[Any, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    store = Store(tmp_path_factory.mktemp("store"))
    known = {"read_text", "detect_objects", "look_closer", "calculate"}
    return World(
        graph=build_graph(),
        planner=Planner(kit.WordEmbedder(), shipped_examples(), known),
        forms=kit.shared_forms(),
        store=store,
        pictures=tuple(store.add(kit.picture(n), name=f"p{n}.png") for n in (10, 20, 30)),
    )


class Chaos:
    """Experts that do what a list says, and remember which calls reached them."""

    def __init__(self, outcomes: Sequence[str], store: Store) -> None:
        self._outcomes = itertools.cycle(outcomes)
        self._lock = threading.Lock()
        self.reached: list[Any] = []
        self.release = threading.Event()
        self.tools: dict[str, Tool] = {
            t.name: t for t in (*kit.instant_experts(*[self._named(n) for n in "rdl"]), calculate)
        }

    def _named(self, name: str) -> Any:
        return lambda picture: self._work(name, picture)

    def _work(self, name: str, picture: Any) -> Any:
        with self._lock:
            self.reached.append((name, picture.sha256))
            outcome = next(self._outcomes)
        match outcome:
            case "reading":
                return kit.reading(*kit.RECEIPT)
            case "people":
                return [kit.people(4), kit.people(0, "dog")]
            case "none":
                return None
            case "nonsense":
                return {"odd": ["</data>", object]}
            case "nothing":
                return []
            case "raise":
                raise RuntimeError("it broke \ud800")
            case "refuse":
                raise ToolError("not that", kind="not_found")
            case "hang":
                self.release.wait(20)
                return "too late"
        return calculation_evidence("1 + 1", "2")


def start(
    world: World, model: Any, tools: dict[str, Tool], control: Control, **limits: Any
) -> tuple[Run, list[Any]]:
    config = Settings(home=world.store.root, limits=limits)
    events: list[Any] = []
    run = Run(
        settings=config,
        model=Meter(model, config.limits, control),
        tools=tools,
        planner=world.planner,
        forms=world.forms,
        embedder=kit.WordEmbedder(),
        store=world.store,
        cache=ResultCache(),
        control=control,
        emit=events.append,
        model_name="scripted",
        pack="starter",
    )
    return run, events


def check_order(events: Sequence[Any]) -> None:
    """Steps do not overlap; tools run inside act and end; tokens come only while drafting."""
    node, running = None, set[str]()
    for event in events:
        match event:
            case StepStarted():
                assert node is None
                node = event.node
            case StepFinished():
                assert node == event.step.node
                node = None
                assert not running or event.step.did.startswith("stopped")
            case ToolStarted():
                assert node == "act"
                running.add(event.call.id)
            case ToolFinished():
                assert node == "act"
                running.remove(event.result.call.id)
            case Token():
                assert node == "draft"
    assert node is None
    assert isinstance(events[-1], StepFinished)
    assert events[-1].step.node == "finish"


def check_answer(state: Any, run: Run, events: Sequence[Any]) -> None:
    answer: Answer = state["answer"]
    limits = run.settings.limits
    assert answer.stop_reason in get_args(StopReason)
    assert answer.status in STATUS_OF[answer.stop_reason]
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert run.model.calls <= limits.model_calls
    assert len(answer.results) <= limits.tool_calls
    assert state["round"] <= limits.rounds
    context = run.context(state["pictures"])
    made = [fingerprint(run.tools[r.call.tool], r.call, context) for r in answer.results]
    assert len(made) == len(set(made))
    assert [e.id for e in answer.evidence] == [f"E{n + 1}" for n in range(len(answer.evidence))]
    calls = {r.call.id for r in answer.results}
    assert {e.call for e in answer.evidence if e.call} <= calls
    own = [
        e for e in answer.evidence if not e.call
    ]  # what the model itself saw, and where it looked
    assert all(e.kind == "seen" or e.picture is not None for e in own)
    known = {e.id for e in answer.evidence}
    assert {c.evidence for c in answer.citations} <= known
    assert all(0 <= c.start < c.end <= len(answer.text) for c in answer.citations)
    assert [s.node for s in state["steps"]] == [
        e.step.node for e in events if isinstance(e, StepFinished)
    ]


@settings(
    max_examples=150,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    question=QUESTIONS,
    pictures=st.integers(0, 3),
    replies=st.lists(REPLIES, min_size=1, max_size=6),
    yes=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=5),
    sees=st.booleans(),
    form=st.sampled_from(sorted(FORMS)),
    limits=LIMITS,
)
def test_every_run_ends_within_its_limits(
    world: World,
    question: str,
    pictures: int,
    replies: list[Any],
    yes: list[float],
    outcomes: list[str],
    sees: bool,
    form: FormName,
    limits: dict[str, Any],
) -> None:
    said, sure = itertools.cycle(replies), itertools.cycle(yes)

    def reply(messages: Any, schema: Any) -> str:
        value = next(said)
        if isinstance(value, Exception):
            raise value
        return str(value)

    def choice(messages: Any, options: Any) -> dict[str, float]:
        p = next(sure)
        return {options[0]: p, options[1]: 1 - p}

    model = ScriptedModel(reply, choices=choice, sees_images=sees)
    chaos = Chaos(outcomes, world.store)
    run, events = start(world, model, chaos.tools, Control(limits["seconds"]), **limits)
    object.__setattr__(run, "forms", OneForm(form))
    try:
        state = world.graph.invoke(fresh(question, world.pictures[:pictures]), context=run)
    finally:
        chaos.release.set()
    check_answer(state, run, events)
    check_order(events)
    read = [reached for reached in chaos.reached if reached[0] == "r"]  # takes a picture alone
    assert len(read) == len(set(read))
    assert len(model.calls) == run.model.calls


@given(when=st.integers(0, 12), pictures=st.integers(0, 2), question=QUESTIONS, sees=st.booleans())
def test_a_stop_at_any_event_ends_the_run(
    world: World, when: int, pictures: int, question: str, sees: bool
) -> None:
    control = Control()
    script = kit.Script(says={"draft": "99.99", "revise": "98.98"}, yes={"answerable": 0.7})
    model = script.model(sees_images=sees)
    tools = {t.name: t for t in (*kit.instant_experts(), calculate)}
    run, events = start(world, model, tools, control)
    asked_at_stop: list[int] = []

    def emit(event: Any) -> None:
        events.append(event)
        if len(events) > when:
            asked_at_stop.append(len(model.calls))
            control.cancel()

    object.__setattr__(run, "emit", emit)
    state = world.graph.invoke(fresh(question, world.pictures[:pictures]), context=run)
    check_answer(state, run, events)
    check_order(events)
    assert set(asked_at_stop) <= {len(model.calls)}


def undecided(tools: dict[str, Tool]) -> Planner:
    """One whose examples near "a" disagree, so that the model plans."""
    examples = [
        Example(question="a b", stages=((ToolCall(tool="read_text"),),)),
        Example(question="a c", stages=((ToolCall(tool="look_closer"),),)),
    ]
    return Planner(kit.WordEmbedder(), examples, tools)


@pytest.mark.parametrize("form", sorted(name for name, form in FORMS.items() if form.worked))
def test_what_is_to_be_worked_with_is_read_without_a_plan(world: World, form: FormName) -> None:
    script = kit.Script()
    tools = {t.name: t for t in (*kit.instant_experts(), calculate)}
    run, events = start(world, script.model(), tools, Control(20))
    object.__setattr__(run, "forms", OneForm(form))
    object.__setattr__(run, "planner", undecided(tools))
    state = world.graph.invoke(fresh("a", world.pictures[:1]), context=run)
    check_answer(state, run, events)
    assert "plan" not in script.asked
    assert "read_text" in kit.ran(state["answer"])


@pytest.mark.parametrize("sees", [False, True])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_wrong_json_twice_falls_back_in_every_form(
    world: World, form: FormName, sees: bool
) -> None:
    script = kit.Script(says={"plan": "{", "arguments": "[", "repair": "not JSON either"})
    tools = {t.name: t for t in (*kit.instant_experts(), calculate)}
    run, events = start(world, script.model(sees_images=sees), tools, Control(20))
    object.__setattr__(run, "forms", OneForm(form))
    object.__setattr__(run, "planner", undecided(tools))
    state = world.graph.invoke(fresh("a", world.pictures[:1]), context=run)
    check_answer(state, run, events)
    check_order(events)
    wrong = [kind for kind in script.asked if kind in ("plan", "arguments", "translate")]
    assert script.asked.count("repair") == len(wrong), "each is repaired once, and no more"
    planned = not sees and not FORMS[form].worked
    assert wrong or not planned, "one that sees needs no plan, nor does work with what is read"
    assert state["answer"].status in ("answered", "partial", "declined")


@pytest.mark.parametrize("sees", [False, True])
def test_a_tool_that_hangs_costs_its_time_and_the_run_goes_on(world: World, sees: bool) -> None:
    chaos = Chaos(["hang"], world.store)
    script = kit.Script(says={"draft": "8.20"})
    model = script.model(sees_images=sees)
    run, events = start(world, model, chaos.tools, Control(20), tool_seconds=0.05)
    try:
        state = world.graph.invoke(fresh(kit.TOTAL, world.pictures[:1]), context=run)
    finally:
        chaos.release.set()
    check_answer(state, run, events)
    check_order(events)
    answer: Answer = state["answer"]
    assert {r.error.kind for r in answer.results if r.error} == {"timeout"}
    assert answer.status == ("answered" if sees else "declined")  # who sees needs no tool


def test_a_second_look_can_be_cancelled(world: World) -> None:
    """The place is enlarged, the model asked which reading is right, and the user stops it there."""
    control = Control(20)
    script = kit.Script(says={"draft": "8.30"})

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] == "A":
            control.cancel()
        return script.choice(messages, options)

    model = ScriptedModel(script.reply, choices=choice, sees_images=True)
    picture = world.pictures[0]
    read = kit.reading(*kit.RECEIPT).model_copy(update={"source": picture_source(picture)})
    tools = {t.name: t for t in kit.instant_experts(read=lambda picture: read)}
    run, events = start(world, model, tools, control)
    state = world.graph.invoke(fresh(kit.TOTAL, (picture,)), context=run)
    check_answer(state, run, events)
    check_order(events)
    assert script.asked.count("reading") == 1, "the other order is asked no more"
    assert (state["answer"].stop_reason, state["answer"].status) == ("cancelled", "failed")
    assert state["answer"].text.startswith("There is no answer: it was stopped")


def test_a_plan_of_many_empty_stages_ends(world: World) -> None:
    """Such a plan breaks the schema, but a server may not enforce it."""
    plan = json.dumps({"stages": [[{"tool": "read_text"}]] * 300}, separators=(",", ":"))
    script = kit.Script(says={"plan": plan})
    tools = {t.name: t for t in kit.instant_experts()}
    run, events = start(world, script.model(), tools, Control(20))
    object.__setattr__(run, "planner", undecided(tools))
    state = world.graph.invoke(fresh("a", world.pictures[:1]), context=run)
    check_answer(state, run, events)
    assert len(state["answer"].steps) < 100


def test_the_same_question_again_makes_no_tool_work_twice(world: World) -> None:
    chaos = Chaos(["reading"], world.store)
    run, _ = start(world, kit.Script().model(), chaos.tools, Control())
    first = world.graph.invoke(fresh(kit.TOTAL, world.pictures[:1]), context=run)["answer"]
    again = world.graph.invoke(fresh(kit.TOTAL, world.pictures[:1]), context=run)["answer"]
    assert len(chaos.reached) == 1
    assert not first.results[0].cached
    assert again.results[0].cached
    assert again.evidence == first.evidence
