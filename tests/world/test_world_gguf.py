"""The world's model as GGUF, through llama.cpp: it sees what it saw with transformers, and sees it once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Choice, Message
from looktwice.agent.backends.llamacpp import LlamaCppModel
from looktwice.agent.closer_look.zoom import Closer, closer_look, effort_for
from looktwice.control import Control
from looktwice.errors import Cancelled
from looktwice.media.store import Store
from looktwice.schema import Picture

from ..agent import kit
from ..agent.driven import Driven
from . import trial
from .model import IMAGE_TOKENS
from .questions import Question
from .scenes import draw

WORLD = Path(__file__).parent
SCENES = 12
RULES = Message(role="system", text="Look.")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model(store: Store) -> Iterator[LlamaCppModel]:
    opened = trial.open_gguf(WORLD / "weights", store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def original(store: Store) -> Iterator[Any]:
    with trial.open_model(WORLD / "weights", store) as opened:
        yield opened


def asked(store: Store, count: int, seed: int) -> Iterator[tuple[Picture, list[Question]]]:
    for scene, questions in trial.scenes(count, seed):
        yield store.add(draw(scene, (trial.PIXELS, trial.PIXELS)), "scene"), questions


def test_the_first_token_is_as_likely_as_with_transformers(
    model: LlamaCppModel, original: Any, store: Store
) -> None:
    pairs = [(q, picture) for picture, qs in asked(store, 75, 99) for q in qs][:200]
    apart, same = [], 0
    for question, picture in pairs:
        here, there = (trial.ask(m, question, [picture]) for m in (model, original))
        apart += [abs(_share(here, o) - _share(there, o)) for o in question.options]
        same += here.best == there.best
    assert len(pairs) == 200
    assert max(apart) <= 0.02
    assert same / len(pairs) >= 0.98


def _share(choice: Choice, option: str) -> float:
    return choice.probabilities[option] * choice.mass


def test_small_marks_are_found_as_with_transformers(
    model: LlamaCppModel, original: Any, store: Store
) -> None:
    right = {"here": 0, "there": 0}
    for picture, (question, *_) in asked(store, SCENES, 3):
        for name, each in (("here", model), ("there", trial.WithoutAttention(original))):
            closer = Closer(store, effort=effort_for(each))
            found = closer_look(question.text, [picture], each, closer)
            parts = [e.picture for e in found if e.picture is not None]
            best = trial.ask(each, question, [picture, *parts]).best
            right[name] += best == question.answer
    assert right["here"] >= SCENES / 3  # by chance it is a tenth
    assert abs(right["here"] - right["there"]) <= 1


Shown = tuple[bool, str]
"""A picture as it was sent, and whether below rules."""


class Timings:
    """What llama.cpp itself says of each request: which tokens of its prompt it had to read."""

    def __init__(self, model: LlamaCppModel, monkeypatch: pytest.MonkeyPatch) -> None:
        self._model = model
        self._heard: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
        client = model._remote._client
        post, events = client.post, client.events

        async def heard(path: str, body: Mapping[str, Any]) -> Any:
            answer: Any = await post(path, body)
            self._note(body, answer)
            return answer

        async def streamed(path: str, body: Mapping[str, Any]) -> Any:
            async for event in events(path, body):
                self._note(body, event)
                yield event

        monkeypatch.setattr(client, "post", heard)
        monkeypatch.setattr(client, "events", streamed)

    def _note(self, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if timings := answer.get("timings"):
            self._heard.append((body, timings))

    @property
    def pictures(self) -> int:
        """How many were encoded."""
        return len(self.encoded())

    def encoded(self) -> list[Shown]:
        """Pictures that were encoded: those whose place ends behind what was known of the prompt."""
        return [each for body, timings in [*self._heard] for each in self._of(body, timings)]

    def shown(self) -> set[Shown]:
        """All that were sent."""
        return {(ruled(body), url) for body, _ in self._heard for url in urls(body)}

    def _of(self, body: Mapping[str, Any], timings: Mapping[str, Any]) -> Iterator[Shown]:
        sent, known = urls(body), timings["cache_n"]
        if not sent:
            return
        words = f"{body['messages'][-1]['content'][-1]['text']}<end><assistant>"
        asked = {"content": words, "parse_special": True}
        after = len(self._model._remote.call("tokenize", asked)["tokens"])
        begin = known + timings["prompt_n"] - after - len(sent) * IMAGE_TOKENS
        for n, url in enumerate(sent, 1):
            if known < begin + n * IMAGE_TOKENS:
                yield (ruled(body), url)


def ruled(body: Mapping[str, Any]) -> bool:
    """Whether a prompt begins with rules, as an answer's do; a part that is searched comes alone."""
    return len(body["messages"]) > 1


def urls(body: Mapping[str, Any]) -> list[str]:
    """The pictures of a prompt, which its last message holds."""
    content = body["messages"][-1]["content"]
    return [] if isinstance(content, str) else [p["image_url"]["url"] for p in content[:-1]]


def about(question: str, *pictures: Picture) -> list[Message]:
    return [RULES, Message(role="user", text=question, pictures=pictures)]


def test_a_picture_is_encoded_once_however_many_checks_follow_and_a_part_adds_one(
    model: LlamaCppModel, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    timings = Timings(model, monkeypatch)
    (picture, questions), (other, _) = asked(store, 2, 31)
    model.generate(about(questions[0].text, picture), max_tokens=3)
    for question in questions:
        model.choose(about(question.text, picture), question.options)
        model.choose(about("Is there a red circle?"), ("yes", "no"))
    assert timings.pictures == 1
    part = store.crop(picture, picture.box(0, 0, 200, 200))
    for colour in ("red", "blue"):
        model.choose(about(f"Is there a {colour} circle?", picture, part), ("yes", "no"))
    assert timings.pictures == 2
    model.choose(about("Is there a red circle?", other), ("yes", "no"))  # somebody else's question
    model.choose(about("Is there a red circle?", picture), ("yes", "no"))
    assert timings.pictures == 3


@pytest.mark.parametrize("sure", [True, False])
def test_in_the_loop_each_picture_and_each_part_is_encoded_once(
    sure: bool, model: LlamaCppModel, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop's own prompts: the draft, what is asked of it, the search for a part, both readings."""
    timings = Timings(model, monkeypatch)
    drafts = kit.in_turn("7", "8")
    script = kit.Script(says={"draft": drafts}, yes={"right": 0.9 if sure else 0.3, "talk": 0.9})
    driven = Driven(model, script)
    ((picture, (question, *_)),) = asked(store, 1, 35 + sure)
    with kit.make_assistant(tmp_path, driven, experts=[]) as assistant:
        assistant.store = store
        answer = assistant.ask(question.text, [picture])
    assert answer.text.startswith("7")
    assert len(driven.prompts) >= (3 if sure else 8)
    assert (len(timings.shown()) == 1) is sure
    assert sorted(timings.encoded()) == sorted(timings.shown())


def test_many_parts_alone_do_not_drive_out_the_picture(
    model: LlamaCppModel, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    timings = Timings(model, monkeypatch)
    ((picture, _),) = asked(store, 1, 32)
    model.choose(about("Is there a red circle?", picture), ("yes", "no"))
    for n in range(6):
        part = store.crop(picture, picture.box(100 * n, 0, 100 * n + 150, 150))
        model.choose(about("Is there a red circle?", part), ("yes", "no"))
    before = timings.pictures
    assert before > 3  # parts that show nothing but paper look alike
    model.choose(about("Is there a red square?", picture), ("yes", "no"))
    assert timings.pictures == before


def test_a_reply_about_a_picture_keeps_to_its_schema(model: LlamaCppModel, store: Store) -> None:
    ((picture, _),) = asked(store, 1, 33)
    shape = {"type": "string", "enum": ["circle", "square"]}
    schema = {"type": "object", "properties": {"shape": shape}, "required": ["shape"]}
    reply = model.generate(about("Which?", picture), schema=schema, max_tokens=120)
    assert json.loads(reply.text)["shape"] in shape["enum"]


def test_a_reply_about_a_picture_can_be_cancelled(model: LlamaCppModel, store: Store) -> None:
    ((picture, _),) = asked(store, 1, 34)
    control = Control()
    pieces: list[str] = []

    def hear(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 2:
            control.cancel()

    text = {"type": "string", "minLength": 200}
    long = {"type": "object", "properties": {"text": text}, "required": ["text"]}
    reply = model.generate(
        about("Which?", picture), schema=long, max_tokens=900, on_token=hear, control=control
    )
    assert reply.finish == "cancelled"
    assert len(pieces) < 150
    with pytest.raises(Cancelled):
        model.choose(about("Which?", picture), ("yes", "no"), control=control)
