"""The chat model: tokens a second, first token, pictures, and what checks cost beside a draft."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...agent.backends.base import Message
from ...weights.registry import CATALOGUE
from .bench import Bench
from .chat_models import CHAT_MODELS, TINY, build_chat
from .figures import Figure

if TYPE_CHECKING:
    from ...agent.backends.transformers import TransformersModel

__all__ = ["bandwidth", "measure_chat"]

_CHECKS = 4
"""Questions of probability about a draft."""


def _words(bench: Bench, letter: str) -> str:
    """A prompt of some 500 tokens, one a letter here."""
    return letter * (30 if bench.tiny else 500)


def bandwidth(bench: Bench) -> Iterator[Figure]:
    """How fast the device reads its memory: the limit of writing token by token."""
    import torch

    count = (1 if bench.tiny else 512) * 2**20
    source = torch.empty(count, dtype=torch.float32, device=bench.device)
    target = torch.empty_like(source)
    seconds = bench.seconds(lambda: target.copy_(source))
    bench.bandwidth = 2 * 4 * count / seconds
    yield Figure("device", "memory bandwidth", bench.bandwidth, "bytes/s")


def measure_chat(bench: Bench, name: str) -> Iterator[Figure]:
    """One model of the ladder with random weights."""
    from ...agent.backends.transformers import TransformersModel

    shape = (TINY if bench.tiny else CHAT_MODELS)[name]
    with bench.holding(name):
        raw, processor = build_chat(shape, bench.device, bench.dtype)
    estimate = None if bench.tiny else float(CATALOGUE[name].gpu_bytes)
    yield Figure(name, "memory held", bench.held[name], "bytes", estimate, "the estimate")
    model = TransformersModel.from_objects(raw, processor, store=bench.store, name=name)
    try:
        yield from _writing(bench, name, raw, processor, model)
        yield from _pictures(bench, name, model)
        yield from _checks(bench, name, model)
    finally:
        model.close()
        del raw, model
        bench.free()


def _asked(text: str, *pictures: Any, shared: int = 0) -> list[Message]:
    return [Message(role="user", text=text, pictures=pictures, shared=shared)]


def _writing(
    bench: Bench, name: str, raw: Any, processor: Any, model: TransformersModel
) -> Iterator[Figure]:
    """Tokens a second, ours and the library's, against what the memory's bandwidth allows."""
    import torch

    tokens, words = (3 if bench.tiny else 128), _words(bench, "a")
    turn = [{"role": "user", "content": [{"type": "text", "text": words}]}]
    inputs = processor.apply_chat_template(
        turn, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True
    ).to(bench.device)

    def plain(count: int) -> None:
        with torch.inference_mode():
            raw.generate(**inputs, max_new_tokens=count, min_new_tokens=count, do_sample=False)

    def ours(count: int) -> None:
        model.generate(_asked(words), max_tokens=count)

    first = bench.seconds(lambda: plain(1))
    library = (tokens - 1) / max(1e-9, bench.seconds(lambda: plain(tokens)) - first)
    begun = bench.seconds(lambda: ours(1))
    own = (tokens - 1) / max(1e-9, bench.seconds(lambda: ours(tokens)) - begun)
    yield Figure(name, "writing", own, "tokens/s", library, "plain generate")
    size = sum(p.numel() * p.element_size() for p in raw.parameters())
    limit = bench.bandwidth / size
    yield Figure(name, "writing by the memory", own, "tokens/s", limit, "bandwidth limit")
    yield Figure(name, "first token, no picture", begun, "s", first, "plain generate")


def _pictures(bench: Bench, name: str, model: TransformersModel) -> Iterator[Figure]:
    """Time to the first token with a picture that is new, and with one that is known."""
    numbers = iter(range(100))

    def fresh() -> None:
        model.generate(_asked("What is it?", bench.picture(number=next(numbers))), max_tokens=1)

    new = bench.seconds(fresh)
    known = bench.picture(number=0)
    again = bench.seconds(lambda: model.generate(_asked("And now?", known), max_tokens=1))
    yield Figure(name, "first token, new picture", new, "s")
    yield Figure(name, "first token, known picture", again, "s", new, "a new one")
    encoding = max(0.0, new - again)
    yield Figure(name, "encoding a picture, and reading it", encoding, "s")


def _checks(bench: Bench, name: str, model: TransformersModel) -> Iterator[Figure]:
    """A draft and its checks against the draft alone: passes, prompt tokens and seconds."""
    picture, words = bench.picture(number=77), _words(bench, "b")
    tokens = 2 if bench.tiny else 32
    bench.wait()
    began = time.perf_counter()
    draft = model.generate(_asked(words, picture, shared=len(words)), max_tokens=tokens)
    bench.wait()
    alone = time.perf_counter() - began
    costs = [
        model.choose(
            _asked(f"{words}\nIs {number} right?", picture, shared=len(words)), ["yes", "no"]
        )
        for number in range(_CHECKS)
    ]
    bench.wait()
    whole = time.perf_counter() - began
    read = [cost.prompt_tokens - cost.cached_tokens for cost in (draft, *costs)]
    what = f"draft and {_CHECKS} checks"
    yield Figure(name, what, whole, "s", alone, "the draft alone")
    yield Figure(name, f"{what}, read", sum(read), "tokens", read[0], "the draft alone")
    passes = sum(cost.vision_passes for cost in (draft, *costs))
    yield Figure(name, f"{what}, pictures encoded", passes, "passes", 1, "one pass")
