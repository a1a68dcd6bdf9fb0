"""Many at once: a batch of questions through a vLLM of ours, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ...agent.backends.base import Message
from ...agent.backends.vllm import VllmModel, vllm_program
from .bench import Bench
from .chat_models import CHAT_MODELS, TINY, build_chat
from .figures import Figure

__all__ = ["measure_many"]

_BATCH = 64
_NAME = "qwen3-vl-4b-instruct"


def measure_many(bench: Bench) -> Iterator[Figure]:
    """Tokens a second of all together, against one alone.

    Raises:
        RuntimeError: vLLM is not installed.
    """
    if vllm_program() is None:
        raise RuntimeError("vllm is not installed here")
    folder = bench.folder / "vllm"
    shape = (TINY if bench.tiny else CHAT_MODELS)[_NAME]
    model, processor = build_chat(shape, bench.device, bench.dtype)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    del model
    bench.free()
    tokens, count = (4, 4) if bench.tiny else (128, _BATCH)
    log = bench.folder / "vllm.log"
    with VllmModel(folder, _NAME, store=bench.store, log=log) as served:

        def ask(number: int) -> int:
            words = f"{number} " + "a" * 500
            asked = [Message(role="user", text=words)]
            return served.generate(asked, max_tokens=tokens).completion_tokens

        alone = bench.once(lambda: ask(-1))
        with ThreadPoolExecutor(count) as pool:
            written = [0]

            def together() -> None:
                written[0] = sum(pool.map(ask, range(count)))

            seconds = bench.once(together)
    one = tokens / alone
    yield Figure("vllm", f"{count} at once", written[0] / seconds, "tokens/s", one, "one alone")
