"""Baselines on the same work: everybody through one fake server, with instant experts."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.cli.app import app
from looktwice.control import Control
from looktwice.errors import DeadlinePassed, UsageError
from looktwice.evals.baselines import contest
from looktwice.evals.baselines.assistant import BaselineAssistant
from looktwice.evals.baselines.baseline import BaselineTask, ModelServer, declines
from looktwice.evals.baselines.chat_template import _template, repaired, served
from looktwice.evals.baselines.experts import EXPERTS
from looktwice.evals.baselines.usage import CountingTransport
from looktwice.evals.runner import RunPlan
from looktwice.evals.task import Task, Truth, read_tasks, write_tasks
from looktwice.settings import Settings
from typer.testing import CliRunner

from ...agent import kit
from ...agent.backends.fake_server import MODEL, FakeServer, Turn
from .. import run_kit as rk

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("smolagents", "langchain_openai")),
    reason="the extra baselines",
)
ALL = ["looktwice", "smolagents", "langchain"]


def reply(text: str | None = None, calls: tuple[tuple[str, dict[str, Any]], ...] = ()) -> Turn:
    """A whole chat completion: words, or tool calls."""
    asked = [
        {
            "id": f"c{n}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(values)},
        }
        for n, (name, values) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text} | ({"tool_calls": asked} if asked else {})
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }
    return Turn(raw=json.dumps(body).encode())


def smol(body: dict[str, Any]) -> bool:
    """Whether a request is smolagents': it ends with a tool of its own."""
    return any(t["function"]["name"] == "final_answer" for t in body["tools"])


def words(body: dict[str, Any]) -> str:
    return json.dumps(body["messages"])


def diligent(body: dict[str, Any]) -> Turn:
    """A model that reads the picture and gives the total; it knows no telephone number."""
    read = "text read" in words(body)
    if not read:
        return reply(calls=(("read_text", {"picture": 1}),))
    said = "I cannot tell." if "phone" in words(body) else "8.20"
    return reply(calls=(("final_answer", {"answer": said}),)) if smol(body) else reply(said)


def model(
    baselines: Callable[[dict[str, Any]], Turn] = diligent,
) -> Callable[[dict[str, Any]], Turn]:
    """What the server says: to baselines as scripted, to Looktwice as the scripted model does."""
    script = rk.Weighing()

    def answer(body: dict[str, Any]) -> Turn:
        if body.get("tools"):
            return baselines(body)
        messages = [Message(role=m["role"], text=m["content"]) for m in body["messages"]]
        if body.get("logprobs"):
            return Turn("yes", logprobs=script.choice(messages, ("yes", "no")))
        said = script.reply(messages, None)
        return Turn(said if isinstance(said, str) else json.dumps(said))

    return answer


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """The one model; the experts are instant, and read differs from run to run in nothing."""
    experts = {t.name: t for t in kit.instant_experts()}

    def open_ours(settings: Settings, model: Any) -> Assistant:
        return kit.scripted_assistant(settings, model)

    monkeypatch.setattr(contest, "open_ours", open_ours)
    monkeypatch.setattr(
        contest, "open_experts", lambda settings, store: {n: experts[n] for n in EXPERTS}
    )
    monkeypatch.setenv("LOOKTWICE_PACK", "starter")
    monkeypatch.setenv("LOOKTWICE_OFFLINE", "1")
    with FakeServer() as fake:
        fake.always = model()
        able = {"input_modalities": ["text"]}
        fake.listing["data"][0]["architecture"] = able
        yield fake


def call(server: FakeServer, *arguments: Any, code: int = 0) -> Any:
    given = ["eval", "baselines", "--model", server.address, *map(str, arguments)]
    result = CliRunner().invoke(app, given)
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return result


def ask(server: FakeServer, tmp_path: Path, *arguments: Any) -> dict[str, Any]:
    """Figures by name, on the small suite."""
    if not (tmp_path / "suite").exists():
        rk.suite(tmp_path / "suite")
    said = call(server, "--suite", tmp_path / "suite", "-o", tmp_path / "out", "--json", *arguments)
    return {row["name"]: row for row in json.loads(said.stdout)["peers"]}


def test_everybody_is_asked_the_same_and_scored_alike(server: FakeServer, tmp_path: Path) -> None:
    found = ask(server, tmp_path)
    assert list(found) == ALL
    for row in found.values():
        assert row["questions"] == 5
        assert row["outcomes"]["right"] == 3
        assert (row["outcomes"]["wrong"], row["outcomes"]["declined"]) == (1, 1)
    for name in ("smolagents", "langchain"):
        assert found[name]["model_calls"] == 2  # one to call the tool, one to answer
        assert (found[name]["prompt_tokens"], found[name]["completion_tokens"]) == (200, 20)
        assert found[name]["tool_calls"] == 1
        assert found[name]["ahead"]["mean"] == 0
        assert found[name]["failures"] == {}
    assert json.loads((tmp_path / "out" / "baselines.json").read_text())["model"] == server.address

    told_as_a_fair_user_would(server)


def told_as_a_fair_user_would(server: FakeServer) -> None:
    """What stood in the baselines' requests."""
    asked = [r.body for r in server.chats if r.body.get("tools")]
    assert {smol(body) for body in asked} == {True, False}
    for body in asked:
        tools = {t["function"]["name"]: t["function"] for t in body["tools"]}
        assert set(tools) - {"final_answer"} == {"read_text", "detect_objects"}
        assert "Read all text" in tools["read_text"]["description"]
        assert "number" in tools["read_text"]["parameters"]["properties"]["picture"]["description"]
        for said in ("I cannot tell", "as briefly as you can", "Picture 1: ", ".png"):
            assert said in words(body)
        assert body["temperature"] == 0
        assert body["max_tokens"] == 400


def test_a_baseline_that_fails_is_wrong_and_its_reason_is_shown(
    server: FakeServer, tmp_path: Path
) -> None:
    server.always = model(lambda body: Turn(status=400, message="no tools here"))
    rk.suite(tmp_path / "suite")
    shown = call(server, "--suite", tmp_path / "suite", "-o", tmp_path / "out").stdout
    assert "looktwice" in shown
    assert "langchain gave no answer, 5 times" in shown
    assert "no tools here" in shown
    figures = json.loads((tmp_path / "out" / "baselines.json").read_text())["peers"]
    assert [row["outcomes"]["failed"] for row in figures] == [0, 5, 5]
    assert figures[1]["model_calls"] == figures[2]["model_calls"] == 1
    asked = len(server.chats)
    again = call(server, "--suite", tmp_path / "suite", "-o", tmp_path / "out").stdout
    assert len(server.chats) == asked  # what has a result is not asked again
    assert "langchain gave no answer, 5 times" in again


def test_a_baseline_that_does_not_end_is_given_up(home: Path) -> None:
    release = threading.Event()

    class Endless:
        name = package = "endless"

        def load(self) -> None: ...

        def ask(self, sitting: BaselineTask) -> str:
            sitting.toolbox.call("read_text", {"picture": 1})
            release.wait(30)
            return "too late"

    with BaselineAssistant(
        rk.settings_of(home),
        model=rk.Weighing().model(),
        baseline=Endless(),
        server=ModelServer("http://127.0.0.1:9/v1", "m", "none", False),
        tools={t.name: t for t in kit.instant_experts()},
    ) as assistant:
        answer = assistant.ask("How much?", [kit.picture()], control=Control(0.5))
        assert (answer.status, answer.stop_reason) == ("failed", "deadline")
        assert answer.usage.tool_calls == 1
        assert answer.evidence[0].id == "E1"
        with pytest.raises(UsageError, match="single questions"):
            assistant.ask("And now?", session="s")
    release.set()


def test_the_meter_counts_what_passes_and_closes_the_way_when_time_is_over() -> None:
    bodies = [
        b'{"usage": {"prompt_tokens": 7, "completion_tokens": 2}}',
        b"<html>",
        b'{"usage": null}',
    ]
    inner = httpx.MockTransport(lambda request: httpx.Response(200, content=bodies.pop(0)))
    transport = CountingTransport(inner, Control())
    with httpx.Client(transport=transport) as client:
        for _ in range(3):
            client.post("http://127.0.0.1/v1/chat/completions", json={})
        bodies.append(b"{}")
        client.get("http://127.0.0.1/v1/models")
    usage = transport.usage(tool_calls=4, seconds=1.5)
    assert (usage.model_calls, usage.prompt_tokens, usage.completion_tokens) == (3, 7, 2)
    assert (usage.tool_calls, usage.total_seconds) == (4, 1.5)
    over = CountingTransport(inner, Control(0.0))
    with httpx.Client(transport=over) as client, pytest.raises(DeadlinePassed):
        client.post("http://127.0.0.1/v1/chat/completions", json={})
    assert over.calls == 0


@pytest.mark.parametrize(
    ("answer", "declined"),
    [
        ("I cannot tell.", True),
        ("Sorry, I can't determine the phone number.", True),
        ("It cannot be determined from the text.", True),
        ("", True),
        ("8.20", False),
        ("The total is 8.20.", False),
        ("canteen", False),
    ],
)
def test_declining_is_understood_in_other_words_too(answer: str, declined: bool) -> None:
    assert declines(answer) == declined


def test_only_single_questions_about_pictures_are_asked(tmp_path: Path) -> None:
    (tmp_path / "out" / "suite").mkdir(parents=True)
    truth = Truth(answers=("1",))
    single = Task(id="a", kind="k", question="?", images=("a.png",), truth=truth)
    others = [
        Task(id="b", kind="k", question="?", documents=("a.pdf",), truth=truth),
        Task(id="c", kind="k", question="?", images=("a.png",), session="s", truth=truth),
    ]
    made = RunPlan(suite="x", folder=tmp_path / "out" / "suite", out=tmp_path / "out")
    write_tasks([single, *others], made.folder)
    assert contest.keep_picture_questions(made) == 2
    assert read_tasks(made.folder) == [single]
    assert contest.keep_picture_questions(made) == 0
    own = RunPlan(suite="x", folder=tmp_path, out=tmp_path / "out")
    write_tasks([single, *others], tmp_path)
    with pytest.raises(UsageError, match="2 of 3 tasks"):
        contest.keep_picture_questions(own)
    write_tasks(others, tmp_path)
    with pytest.raises(UsageError, match="there are none"):
        contest.keep_picture_questions(own)


def test_tool_calls_are_shown_to_baselines_as_json() -> None:
    slip = r'{{- "within XML tags:\n<tool_call>\n{{\"name\": <n>, \"a\": <x>}}\n</tool_call>" }}'
    right = r'{{- "within XML tags:\n<tool_call>\n{\"name\": <n>, \"a\": <x>}\n</tool_call>" }}'
    assert repaired(slip) == right
    assert repaired(right) == right


@pytest.mark.weights
def test_the_starter_model_is_served_with_its_template_mended() -> None:
    with served(Settings(pack="starter")) as settings:
        template = _template(settings)
        assert '<tool_call>\\n{\\"name' in template
        assert repaired(template) == template


def test_what_cannot_be_held_is_said() -> None:
    with pytest.raises(UsageError, match="none of smolagents, langchain"):
        contest.check_installed(["nobody"])
    with (
        pytest.raises(UsageError, match="baselines ask a server"),
        contest.open_setup(Settings(pack="gpu", model="Qwen/Qwen3-VL-4B-Instruct")),
    ):
        pass
