"""The in-process model against the library itself, on real architectures with random weights."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.backends.base import ChatModel, Message
from looktwice.agent.backends.local.spellings import first_tokens
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.control import Control
from looktwice.errors import (
    BadInput,
    Cancelled,
    ModelError,
    OfflineError,
    UsageError,
    WeightsError,
)
from looktwice.media.store import Store
from looktwice.schema import Picture
from PIL import Image
from pydantic import BaseModel, Field
from transformers.generation import GenerateDecoderOnlyOutput

from . import tiny_models as tiny

each = pytest.mark.parametrize("kind", list(tiny.ALL))
each_seeing = pytest.mark.parametrize("kind", list(tiny.VISION))

QUESTION = Message(role="user", text="What is shown?")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small only lose time by sharing their work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("tiny")
    return {kind: build(root / kind) for kind, build in tiny.ALL.items()}


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def pictures(shared_store: Store) -> tuple[Picture, Picture]:
    stripes = Image.new("RGB", (96, 64), "white")
    stripes.paste((200, 30, 30), (0, 0, 48, 64))
    return shared_store.add(stripes, "stripes"), shared_store.add(
        Image.new("RGB", (96, 64), (10, 60, 200)), "b"
    )


@pytest.fixture(scope="module")
def models(folders: dict[str, Path], shared_store: Store) -> Iterator[dict[str, TransformersModel]]:
    loaded = {
        kind: TransformersModel(folder, store=shared_store, device="cpu")
        for kind, folder in folders.items()
    }
    yield loaded
    for model in loaded.values():
        model.close()


class Spy:
    """Stands before the library's `generate` and keeps what went in and what came out."""

    def __init__(self, model: TransformersModel, monkeypatch: pytest.MonkeyPatch) -> None:
        assert model._runner is not None
        self.real = model._ready.parts.model.generate
        self.calls: list[dict[str, Any]] = []
        self.outputs: list[Any] = []
        self.failures: list[Exception] = []
        monkeypatch.setattr(model._ready.parts.model, "generate", self)

    def __call__(self, **kwargs: Any) -> Any:
        self.calls.append(kwargs)
        if self.failures:
            raise self.failures.pop(0)
        self.outputs.append(self.real(**kwargs))
        return self.outputs[-1]

    @property
    def prompt(self) -> list[int]:
        ids: list[int] = self.calls[-1]["input_ids"][0].tolist()
        return ids


def patches(call: dict[str, Any]) -> int:
    """How much of its pictures a call of the library was shown."""
    grids = call.get("image_grid_thw")
    return int(call["pixel_values"].numel() if grids is None else grids.prod(-1).sum())


def library(folder: Path, sees: bool) -> tuple[Any, Any]:
    import transformers as hf

    if sees:
        model = hf.AutoModelForImageTextToText.from_pretrained(folder)
        return model.eval(), hf.AutoProcessor.from_pretrained(folder)
    model = hf.AutoModelForCausalLM.from_pretrained(folder)
    return model.eval(), hf.AutoTokenizer.from_pretrained(folder)


def library_inputs(processor: Any, text: str, images: list[Image.Image], sees: bool) -> Any:
    content: Any = text
    if sees:
        content = [{"type": "image", "image": image} for image in images]
        content.append({"type": "text", "text": text})
    return processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )


def asked(kind: str, pictures: tuple[Picture, ...]) -> list[Message]:
    seen = pictures if kind in tiny.VISION else ()
    return [QUESTION.model_copy(update={"pictures": seen})]


# -- writing ---------------------------------------------------------------------------------------


@each
def test_greedy_text_is_the_librarys_own(
    kind: str,
    models: dict[str, TransformersModel],
    folders: dict[str, Path],
    shared_store: Store,
    pictures: tuple[Picture, Picture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sees = kind in tiny.VISION
    model, processor = library(folders[kind], sees)
    images = [shared_store.open(p) for p in pictures] if sees else []
    inputs = library_inputs(processor, QUESTION.text, images, sees)
    expected = model.generate(**inputs, max_new_tokens=24, do_sample=False)
    spy = Spy(models[kind], monkeypatch)
    pieces: list[str] = []

    reply = models[kind].generate(asked(kind, pictures), max_tokens=24, on_token=pieces.append)

    prompt = inputs["input_ids"].shape[1]
    assert spy.outputs[0].tolist() == expected.tolist()
    tok = getattr(processor, "tokenizer", processor)
    assert reply.text == tok.decode(expected[0, prompt:], skip_special_tokens=True)
    assert "".join(pieces) == reply.text
    assert len(pieces) > 3
    assert (reply.prompt_tokens, reply.completion_tokens) == (prompt, expected.shape[1] - prompt)
    assert reply.finish == "length"


@each
def test_it_is_a_chat_model(kind: str, models: dict[str, TransformersModel]) -> None:
    model = models[kind]
    assert isinstance(model, ChatModel)
    assert model.name == kind
    assert model.sees_images == (kind in tiny.VISION)
    assert model.context_tokens == (4096 if kind in tiny.VISION else 512)


def test_a_stop_token_ends_the_turn(
    models: dict[str, TransformersModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models["qwen3"]
    stop = model._ready.stop_ids[0]
    scripted(model, monkeypatch, "done", [stop])

    reply = model.generate([QUESTION])

    assert (reply.text, reply.finish) == ("done", "stop")


def scripted(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch, text: str, more: list[int]
) -> None:
    """Let the library "generate" the given text, token by token."""
    assert model._runner is not None
    tokens = model._ready.parts.tokenizer.encode(text, add_special_tokens=False) + more

    def generate(*, input_ids: torch.Tensor, streamer: Any, **_: Any) -> torch.Tensor:
        streamer.put(input_ids)
        for token in tokens:
            streamer.put(torch.tensor([token]))
        streamer.end()
        new = torch.tensor([tokens], dtype=input_ids.dtype)
        return torch.cat([input_ids, new], dim=1)

    monkeypatch.setattr(model._ready.parts.model, "generate", generate)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd")))
def test_streamed_letters_are_always_whole(text: str, models: dict[str, TransformersModel]) -> None:
    pieces: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        scripted(models["qwen3"], patch, text, [])
        reply = models["qwen3"].generate([QUESTION], on_token=pieces.append)
    assert "".join(pieces) == reply.text == text
    assert not any("\ufffd" in piece for piece in pieces)


def test_a_temperature_samples_and_zero_does_not(models: dict[str, TransformersModel]) -> None:
    torch.manual_seed(1)
    model = models["qwen3"]
    warm = {model.generate([QUESTION], max_tokens=8, temperature=2.0).text for _ in range(4)}
    cold = {model.generate([QUESTION], max_tokens=8).text for _ in range(2)}
    assert len(warm) > 1
    assert len(cold) == 1


@pytest.mark.parametrize(("tokens", "temperature"), [(0, 0.0), (5, -1.0)])
def test_numbers_out_of_range_are_refused(
    tokens: int, temperature: float, models: dict[str, TransformersModel]
) -> None:
    with pytest.raises(UsageError, match="max_tokens"):
        models["qwen3"].generate([QUESTION], max_tokens=tokens, temperature=temperature)


@each_seeing
def test_half_precision_as_on_a_gpu(
    kind: str, folders: dict[str, Path], shared_store: Store, pictures: tuple[Picture, Picture]
) -> None:
    with TransformersModel(
        folders[kind], store=shared_store, device="cpu", dtype="bfloat16"
    ) as model:
        assert model._ready.parts.model.dtype == torch.bfloat16
        messages = asked(kind, pictures)
        assert model.generate(messages, max_tokens=4).completion_tokens == 4
        assert math.isclose(sum(model.choose(messages, ["yes", "no"]).probabilities.values()), 1)


# -- schemas ---------------------------------------------------------------------------------------


class Call(BaseModel):
    tool: Literal["read_text", "find_objects"]
    words: list[str] = Field(min_length=1, max_length=2)
    times: int = Field(ge=0, le=99)
    sure: bool | None


class Plan(BaseModel):
    needed: bool
    calls: list[Call] = Field(max_length=1)


def bounded(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema, with short strings so that random weights come to an end."""
    schema = json.loads(json.dumps(model.model_json_schema()))
    for part in (schema, *schema.get("$defs", {}).values()):
        if words := part.get("properties", {}).get("words"):
            words["items"]["maxLength"] = 6
    return schema  # type: ignore[no-any-return]


@each
def test_schema_output_always_validates(
    kind: str,
    models: dict[str, TransformersModel],
    pictures: tuple[Picture, Picture],
) -> None:
    torch.manual_seed(3)
    pieces: list[str] = []
    for temperature in (0.0, 1.5):
        pieces.clear()
        reply = models[kind].generate(
            asked(kind, pictures[:1]),
            schema=bounded(Plan),
            max_tokens=200,
            temperature=temperature,
            on_token=pieces.append,
        )
        assert reply.finish == "stop"
        Plan.model_validate_json(reply.text)
        assert "".join(pieces) == reply.text


def test_a_schema_is_compiled_once(models: dict[str, TransformersModel]) -> None:
    model = models["qwen3"]
    schema = {"type": "array", "items": {"enum": [f"word{n}" for n in range(40)]}, "maxItems": 1}
    model.generate([QUESTION], schema=schema, max_tokens=20)
    assert model._grammars is not None
    compiler = model._grammars._compiler
    before = compiler.get_cache_size_bytes()
    model.generate([QUESTION], schema=dict(schema), max_tokens=20)
    assert before > 0
    assert compiler.get_cache_size_bytes() == before


def test_a_schema_that_cannot_be_followed_is_named(models: dict[str, TransformersModel]) -> None:
    with pytest.raises(UsageError, match="schema"):
        models["qwen3"].generate([QUESTION], schema={"type": "no such type"})


def test_control_characters_never_stand_in_json(models: dict[str, TransformersModel]) -> None:
    model = models["qwen3"]
    model.generate([QUESTION], schema={"type": "string", "maxLength": 3}, max_tokens=9)
    assert model._grammars is not None
    allowed = model._grammars._allowed[0].tolist()
    tok = model._ready.parts.tokenizer
    refused = {i for i in range(len(tok)) if not (allowed[i // 32] >> (i % 32)) & 1}
    letters = {i for i in range(len(tok)) if any(c < " " for c in tok.decode([i]))}
    special = {i for i, t in tok.added_tokens_decoder.items() if t.special}
    assert refused == (letters | special) - set(model._ready.stop_ids)


# -- choosing --------------------------------------------------------------------------------------


@each
def test_choose_is_the_softmax_of_the_models_own_logits(
    kind: str,
    models: dict[str, TransformersModel],
    folders: dict[str, Path],
    shared_store: Store,
    pictures: tuple[Picture, Picture],
) -> None:
    sees = kind in tiny.VISION
    model, processor = library(folders[kind], sees)
    tok = getattr(processor, "tokenizer", processor)
    images = [shared_store.open(p) for p in pictures] if sees else []
    with torch.no_grad():
        logits = model(**library_inputs(processor, QUESTION.text, images, sees)).logits[0, -1]
    chances = logits.float().softmax(-1)
    weights = {}
    for option in ("yes", "no"):
        ways = {g + w for g in ("", " ") for w in (option, option.upper(), option.capitalize())}
        ids = [tok.encode(way, add_special_tokens=False) for way in ways]
        assert [len(i) for i in ids].count(1) >= 2
        weights[option] = float(chances[[i[0] for i in ids if len(i) == 1]].sum())

    choice = models[kind].choose(asked(kind, pictures), ["yes", "no"])

    mass = sum(weights.values())
    assert choice.mass == pytest.approx(mass, rel=1e-4)
    assert choice.probabilities["yes"] == pytest.approx(weights["yes"] / mass, rel=1e-4)
    assert sum(choice.probabilities.values()) == pytest.approx(1)
    assert list(choice.probabilities) == ["yes", "no"]
    assert choice.prompt_tokens > 0


@pytest.mark.parametrize(
    "options", [["yes"], ["yes", "yes"], ["left", "left side"], ["yes", " "], []]
)
def test_options_that_cannot_be_told_apart_are_refused(
    options: list[str], models: dict[str, TransformersModel]
) -> None:
    with pytest.raises(UsageError, match="option"):
        models["qwen3"].choose([QUESTION], options)


def test_a_spelling_two_options_share_counts_for_neither() -> None:
    tok = tiny.tokenizer(None, eos="<pad>", special=["<pad>"])
    found = first_tokens(tok, ["yes", "Yankee"])
    assert found["yes"].isdisjoint(found["Yankee"])
    assert tok.encode("yes")[0] in found["yes"]
    assert tok.encode(" yes")[0] in found["yes"]


def test_no_probability_at_all_is_an_error(
    models: dict[str, TransformersModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models["qwen3"]
    assert model._runner is not None
    nothing = torch.full((1, 512), float("nan"))
    broken = GenerateDecoderOnlyOutput(
        sequences=torch.zeros(1, 1, dtype=torch.long), logits=(nothing,)
    )
    monkeypatch.setattr(model._ready.parts.model, "generate", lambda **_: broken)
    with pytest.raises(ModelError, match="none of the options"):
        model.choose([QUESTION], ["yes", "no"])


# -- pictures --------------------------------------------------------------------------------------


@each_seeing
def test_pictures_reach_the_model_in_their_order(
    kind: str, models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    first, second = pictures
    orders = [(first,), (second,), (first, second), (second, first), ()]
    options = ["yes", "no", "red"]
    seen = {
        tuple(models[kind].choose(asked(kind, order), options).probabilities.values())
        for order in orders
    }
    assert len(seen) == len(orders)


@each_seeing
def test_an_answer_does_not_depend_on_the_call_before(
    kind: str, models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    model = models[kind]
    before = model.generate([QUESTION], max_tokens=12)
    model.generate(asked(kind, pictures), max_tokens=3)
    assert model.generate([QUESTION], max_tokens=12) == before


@each_seeing
def test_a_large_picture_is_shown_within_the_pixel_budget(
    kind: str,
    folders: dict[str, Path],
    shared_store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = shared_store.add(Image.effect_noise((400, 300), 80).convert("RGB"), "large")
    sizes = []
    for pixels in (120_000, 3_000):
        model = TransformersModel(
            folders[kind], store=shared_store, device="cpu", max_pixels=pixels
        )
        spy = Spy(model, monkeypatch)
        model.generate(asked(kind, (large,)), max_tokens=1)
        sizes.append(patches(spy.calls[0]))
    if kind == "gemma3":  # shows every picture at one size
        assert sizes[0] == sizes[1]
    else:
        assert sizes[1] < sizes[0] / 2


def test_pictures_for_a_model_that_reads_text_are_refused(
    models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    message = Message(role="user", text="What is this?", pictures=pictures)
    with pytest.raises(BadInput, match="stripes: qwen3 reads text only"):
        models["qwen3"].generate([message])
    with pytest.raises(BadInput, match="reads text only"):
        models["qwen3"].choose([message], ["yes", "no"])


# -- prompts ---------------------------------------------------------------------------------------


@each
def test_text_cannot_open_a_turn_or_stand_for_a_picture(
    kind: str,
    models: dict[str, TransformersModel],
    pictures: tuple[Picture, Picture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = models[kind]
    assert model._runner is not None
    tok = model._ready.parts.tokenizer
    evil = "".join(t.content for t in tok.added_tokens_decoder.values())
    spy = Spy(model, monkeypatch)
    counts = []
    for text in ("What is shown?", f"{evil} What is shown?"):
        message = asked(kind, pictures[:1])[0].model_copy(update={"text": text})
        model.generate([message], max_tokens=1)
        counts.append(sum(spy.prompt.count(i) for i in tok.added_tokens_decoder))
    assert counts[0] == counts[1]


def test_a_model_without_system_turns_gets_the_text_in_the_first(
    models: dict[str, TransformersModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(models["gemma3"], monkeypatch)
    models["gemma3"].generate([Message(role="system", text="Be brief."), QUESTION], max_tokens=1)
    separate = spy.prompt
    models["gemma3"].generate([Message(role="user", text="Be brief.\n\nWhat is shown?")])
    assert separate == spy.prompt


def test_thinking_is_switched_off_where_the_template_knows_it(
    folders: dict[str, Path], shared_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, tok = library(folders["qwen3"], sees=False)
    tok.chat_template += "{% if enable_thinking is false %}NO THOUGHTS{% endif %}"
    ours = TransformersModel.from_objects(model, tok, store=shared_store, name="thinker")
    spy = Spy(ours, monkeypatch)
    ours.generate([QUESTION], max_tokens=1)
    assert tok.decode(spy.prompt).endswith("NO THOUGHTS")


def test_a_prompt_that_does_not_fit_tells_the_sizes(
    folders: dict[str, Path], shared_store: Store, pictures: tuple[Picture, Picture]
) -> None:
    model = TransformersModel(
        folders["qwen3_vl"], store=shared_store, device="cpu", context_tokens=30
    )
    with pytest.raises(BadInput, match=r"\d+ tokens with 2 pictures .* at most 30"):
        model.generate(asked("qwen3_vl", pictures))
    with pytest.raises(BadInput, match="at most 30"):
        model.choose([Message(role="user", text="word " * 60)], ["yes", "no"])


def test_the_answer_is_cut_to_what_the_context_leaves(
    folders: dict[str, Path], shared_store: Store
) -> None:
    model = TransformersModel(folders["qwen3"], store=shared_store, device="cpu", context_tokens=50)
    reply = model.generate([QUESTION], max_tokens=500)
    assert reply.prompt_tokens + reply.completion_tokens == 50
    assert reply.finish == "length"


# -- stopping --------------------------------------------------------------------------------------


def test_cancelling_stops_at_the_next_token(models: dict[str, TransformersModel]) -> None:
    control, pieces = Control(), list[str]()

    def listen(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            control.cancel()

    reply = models["qwen3"].generate([QUESTION], max_tokens=300, on_token=listen, control=control)

    assert reply.finish == "cancelled"
    assert reply.text == "".join(pieces)
    assert reply.completion_tokens <= 10


def test_a_run_that_should_stop_never_starts(
    models: dict[str, TransformersModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(models["qwen3"], monkeypatch)
    over, stopped = Control(seconds=0), Control()
    stopped.cancel()
    for control in (over, stopped):
        assert models["qwen3"].generate([QUESTION], control=control).finish == "cancelled"
    with pytest.raises(Cancelled):
        models["qwen3"].choose([QUESTION], ["yes", "no"], control=stopped)
    assert spy.calls == []


def test_waiting_for_the_model_ends_when_the_run_does(
    models: dict[str, TransformersModel],
) -> None:
    model, control = models["qwen3"], Control()
    finishes: list[str] = []

    def wait() -> None:
        finishes.append(model.generate([QUESTION], control=control).finish)

    with model._lock:
        waiting = threading.Thread(target=wait)
        waiting.start()
        control.cancel()
        waiting.join(timeout=10)
    assert finishes == ["cancelled"]


def test_what_a_listener_raises_comes_back_as_it_is(models: dict[str, TransformersModel]) -> None:
    def listen(_: str) -> None:
        raise BrokenPipeError("the page is gone")

    with pytest.raises(BrokenPipeError, match="the page is gone"):
        models["qwen3"].generate([QUESTION], on_token=listen)
    assert models["qwen3"].generate([QUESTION], max_tokens=2).completion_tokens == 2


def test_threads_get_the_answers_they_asked_for(models: dict[str, TransformersModel]) -> None:
    model = models["qwen3_vl"]
    questions = [[Message(role="user", text=f"Question {n}")] for n in range(4)]
    expected = [model.generate(q, max_tokens=12).text for q in questions]
    got: dict[int, str] = {}

    def ask(n: int) -> None:
        got[n] = model.generate(questions[n], max_tokens=12).text

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [got[n] for n in range(4)] == expected
    assert len(set(expected)) == 4


# -- failing ---------------------------------------------------------------------------------------


@pytest.fixture
def large(shared_store: Store) -> Picture:
    return shared_store.add(Image.effect_noise((512, 512), 80).convert("RGB"), "large")


@pytest.mark.parametrize("verb", ["generate", "choose"])
def test_out_of_memory_is_tried_again_at_half_the_pixels(
    verb: str,
    models: dict[str, TransformersModel],
    large: Picture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = models["qwen3_vl"]
    model.generate(asked("qwen3_vl", ()), max_tokens=1)  # something to give up
    spy = Spy(model, monkeypatch)
    spy.failures = [torch.OutOfMemoryError("CUDA out of memory")] * 2
    messages = asked("qwen3_vl", (large,))

    if verb == "generate":
        assert model.generate(messages, max_tokens=3).completion_tokens == 3
    else:
        assert model.choose(messages, ["yes", "no"]).mass > 0

    shown = [patches(call) * 16 * 16 for call in spy.calls]
    assert shown[:2] == [512 * 512] * 2  # once more after what was kept has been given up
    assert len(shown) == 3
    assert shown[0] * 0.4 < shown[2] <= shown[0] / 2


@pytest.mark.parametrize(("kind", "tries"), [("qwen3_vl", 3), ("gemma3", 1), ("qwen3", 1)])
def test_memory_that_stays_short_is_an_error(
    kind: str,
    tries: int,
    models: dict[str, TransformersModel],
    large: Picture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models[kind]._ready.forget()
    spy = Spy(models[kind], monkeypatch)
    spy.failures = [torch.OutOfMemoryError("CUDA out of memory")] * 9
    with pytest.raises(ModelError, match=f"{kind} ran out of memory"):
        models[kind].generate(asked(kind, (large,)))
    assert len(spy.calls) == tries


def test_what_was_streamed_is_not_told_twice(
    models: dict[str, TransformersModel], large: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models["qwen3_vl"]
    assert model._runner is not None
    token = model._ready.parts.tokenizer.encode("yes")[0]

    def generate(*, input_ids: torch.Tensor, streamer: Any, **_: Any) -> torch.Tensor:
        streamer.put(input_ids)
        streamer.put(torch.tensor([token]))
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(model._ready.parts.model, "generate", generate)
    pieces: list[str] = []
    with pytest.raises(ModelError, match="in the middle"):
        model.generate(asked("qwen3_vl", (large,)), on_token=pieces.append)
    assert pieces == ["yes"]


def test_a_failure_inside_the_model_names_model_and_reason(
    models: dict[str, TransformersModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy(models["qwen3"], monkeypatch)
    spy.failures = [RuntimeError("device-side assert")]
    with pytest.raises(ModelError, match="qwen3 failed: RuntimeError: device-side assert"):
        models["qwen3"].generate([QUESTION])


def test_a_closed_model_says_so(folders: dict[str, Path], shared_store: Store) -> None:
    model = TransformersModel(folders["qwen3"], store=shared_store, device="cpu")
    model.close()
    model.close()
    with pytest.raises(ModelError, match="closed"):
        model.generate([QUESTION])
    with pytest.raises(ModelError, match="closed"):
        model.choose([QUESTION], ["yes", "no"])


# -- loading ---------------------------------------------------------------------------------------


@pytest.fixture
def copy(folders: dict[str, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    for file in folders["qwen3"].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_weights_cut_short_are_named(copy: Path, shared_store: Store) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(WeightsError, match=str(copy)):
        TransformersModel(copy, store=shared_store)


def test_a_missing_weight_is_not_filled_with_noise(copy: Path, shared_store: Store) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="incomplete: 1 weights are missing"):
        TransformersModel(copy, store=shared_store)


def test_pickled_weights_are_never_read(copy: Path, shared_store: Store) -> None:
    from safetensors.torch import load_file

    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="safetensors"):
        TransformersModel(copy, store=shared_store)


def test_code_in_a_checkpoint_is_never_run(copy: Path, shared_store: Store, tmp_path: Path) -> None:
    mark = tmp_path / "was_run"
    (copy / "theirs.py").write_text(f"open({str(mark)!r}, 'w').close()\nclass C: pass\n")
    config = json.loads((copy / "config.json").read_text())
    config |= {"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.C"}}
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match=str(copy)):
        TransformersModel(copy, store=shared_store)
    assert not mark.exists()


@pytest.mark.parametrize("damage", ["{", None])
def test_a_broken_folder_is_named(damage: str | None, copy: Path, shared_store: Store) -> None:
    (copy / "config.json").unlink()
    if damage is not None:
        (copy / "config.json").write_text(damage)
    with pytest.raises(WeightsError, match=str(copy)):
        TransformersModel(copy, store=shared_store)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, shared_store: Store) -> None:
    with pytest.raises(WeightsError, match="nowhere is not a folder"):
        TransformersModel(tmp_path / "nowhere", store=shared_store)


def test_a_hub_name_offline_says_that_it_is_not_here(shared_store: Store) -> None:
    with pytest.raises(OfflineError, match="some-maker/some-model is not on this machine"):
        TransformersModel("some-maker/some-model", store=shared_store, offline=True)


def test_no_chat_template_is_an_error(copy: Path, shared_store: Store) -> None:
    (copy / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="copy has no chat template"):
        TransformersModel(copy, store=shared_store)


@pytest.mark.parametrize(
    "wrong", [{"dtype": "int4"}, {"device": "cuda"}, {"max_pixels": 0}, {"context_tokens": 1}]
)
def test_arguments_that_make_no_sense_are_refused(
    wrong: dict[str, Any],
    folders: dict[str, Path],
    shared_store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError):
        TransformersModel(folders["qwen3"], store=shared_store, **wrong)


def test_importing_the_module_is_cheap() -> None:
    code = (
        "import sys, looktwice.agent.backends.transformers as t;"
        "print([m for m in ('torch', 'transformers', 'xgrammar') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
