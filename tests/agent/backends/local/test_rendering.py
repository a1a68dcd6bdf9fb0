"""Thoughts of models in process: hidden where they are wanted, closed where they are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.media.store import Store
from transformers.generation import GenerateDecoderOnlyOutput

from .. import tiny_models as tiny

ASK = [Message(role="user", text="What is it?")]
OPENS = "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"


class Thinker:
    """Stands before the library's `generate`: keeps the prompts, and says what it is told.

    Attributes:
        says: texts, one a call; the limit of new tokens holds.
        prompts: what it was asked, as text.
    """

    def __init__(self, model: TransformersModel, monkeypatch: pytest.MonkeyPatch) -> None:
        parts = model._ready.parts
        self.tokenizer, self.width = parts.tokenizer, parts.model.config.vocab_size
        self.says: list[str] = []
        self.prompts: list[str] = []
        monkeypatch.setattr(parts.model, "generate", self)

    def __call__(self, *, input_ids: torch.Tensor, max_new_tokens: int, **how: Any) -> Any:
        self.prompts.append(self.tokenizer.decode(input_ids[0]))
        text = self.says.pop(0)
        new = self.tokenizer.encode(text, add_special_tokens=False)[:max_new_tokens]
        if streamer := how.get("streamer"):
            streamer.put(input_ids)
            for token in new:
                streamer.put(torch.tensor([token]))
            streamer.end()
        ids = torch.cat([input_ids, torch.tensor([new], dtype=input_ids.dtype)], dim=1)
        if not how.get("output_logits"):
            return ids
        logits = torch.zeros(1, self.width)
        logits[0, new[0]] = 9.0
        return GenerateDecoderOnlyOutput(sequences=ids, logits=(logits,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build_qwen3(tmp_path_factory.mktemp("tiny") / "qwen3")


@pytest.fixture
def model(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    import transformers as hf

    tok = hf.AutoTokenizer.from_pretrained(folder)
    tok.add_tokens(["<think>", "</think>"])
    if request.param:
        tok.chat_template = tok.chat_template.partition("{% if add_generation")[0] + OPENS
    weights = hf.AutoModelForCausalLM.from_pretrained(folder).eval()
    with TransformersModel.from_objects(weights, tok, store=Store(tmp_path)) as made:
        yield made


opens = pytest.mark.parametrize("model", [True], indirect=True)
by_itself = pytest.mark.parametrize("model", [False], indirect=True)


@opens
def test_a_thought_the_template_opens_is_not_the_answer(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker, heard = Thinker(model, monkeypatch), list[str]()
    thinker.says = ["Red or blue? Red.\n</think>\n\nIt is red."]
    assert model.generate(ASK, on_token=heard.append).text == "".join(heard) == "It is red."
    assert thinker.prompts[0].endswith("<think>\n")


@by_itself
def test_a_thought_of_its_own_is_not_the_answer_either(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker, heard = Thinker(model, monkeypatch), list[str]()
    thinker.says = ["<think>\nRed?\n</think>\n\nIt is red."]
    assert model.generate(ASK, on_token=heard.append).text == "".join(heard) == "It is red."


@opens
def test_a_thought_without_an_end_is_closed_and_the_answer_written(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker = Thinker(model, monkeypatch)
    thinker.says = ["on and on and on " * 9, "Red."]
    reply = model.generate(ASK, max_tokens=20)
    assert reply.text == "Red."
    assert thinker.prompts[1].endswith("</think>\n\n")
    assert reply.completion_tokens > 20


@opens
def test_a_choice_and_a_schema_close_the_thought_first(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker = Thinker(model, monkeypatch)
    thinker.says = ["yes", '{"a": 1}']
    assert model.choose(ASK, ["yes", "no"]).best == "yes"
    assert model.generate(ASK, schema={"type": "object"}).text == '{"a": 1}'
    assert all(prompt.endswith("<think>\n</think>\n\n") for prompt in thinker.prompts)


@by_itself
def test_a_model_that_thinks_by_itself_is_given_an_empty_thought(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinker = Thinker(model, monkeypatch)
    thinker.says = ["<think>", "yes", "no"]
    assert model.choose(ASK, ["yes", "no"]).best == "yes"
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert [p.endswith("<think>\n\n</think>\n\n") for p in thinker.prompts] == [False, True, True]
