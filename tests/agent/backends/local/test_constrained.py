"""The mask that keeps what is written inside a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from looktwice.agent.backends.local.constrained import Grammars, SchemaMask

from .. import tiny_models as tiny

WIDTH = 512
SCHEMA = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer(tiny.CHATML, eos="<|im_end|>", special=["<pad>", "<|im_end|>"])


def allowed(mask: SchemaMask, ids: list[int]) -> set[int]:
    scores = mask(torch.tensor([ids]), torch.zeros(1, WIDTH))
    return set(torch.isfinite(scores[0]).nonzero().flatten().tolist())


def written(mask: SchemaMask, text: list[int], prompt: list[int]) -> list[int]:
    """The ids after each token of the text was taken, every one of them allowed."""
    ids = list(prompt)
    for token in text:
        assert token in allowed(mask, ids)
        ids.append(token)
    return ids


def test_it_survives_calls_after_the_end(tokenizer: Any) -> None:
    """On a GPU the library looks at the end a step late, and asks for one more token."""
    stop = tokenizer.convert_tokens_to_ids("<|im_end|>")
    mask = Grammars(tokenizer, WIDTH, [stop]).mask(SCHEMA)
    text = tokenizer.encode(json.dumps({"yes": True}), add_special_tokens=False)
    ids = written(mask, text, [1, 2, 3])
    assert allowed(mask, ids) == {stop}
    ids.append(stop)
    assert len(allowed(mask, ids)) == WIDTH
    assert len(allowed(mask, [*ids, 7])) == WIDTH


def test_a_token_outside_the_schema_is_never_allowed(tokenizer: Any) -> None:
    mask = Grammars(tokenizer, WIDTH, [1]).mask(SCHEMA)
    begin = tokenizer.encode("{", add_special_tokens=False)
    first = allowed(mask, [5])
    assert set(begin) <= first
    assert tokenizer.encode("The", add_special_tokens=False)[0] not in first
    with pytest.raises(RuntimeError, match="does not follow"):
        mask(
            torch.tensor([[5, tokenizer.encode("The", add_special_tokens=False)[0]]]),
            torch.zeros(1, WIDTH),
        )
