"""Every weight the program knows, by its name: where it comes from, its size, its licence, its use."""

from __future__ import annotations

import re

from ..errors import UsageError
from .published import MODEL_FILES, PUBLISHED, TOKENIZER_FILES
from .sources import Hub, Weight
from .starter import STARTER

__all__ = ["CATALOGUE", "HUB_NAME", "Weight", "weight_named"]

CATALOGUE: dict[str, Weight] = {weight.name: weight for weight in (*STARTER, *PUBLISHED)}

HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+(:[\w.*-]+)?", re.ASCII)


def weight_named(name: str) -> Weight:
    """A weight of the catalogue, or one made for a hub name.

    Raises:
        UsageError: it is neither.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    if not HUB_NAME.fullmatch(name):
        raise UsageError(f"unknown weight {name!r}; known are: {', '.join(CATALOGUE)}")
    repo, _, quant = name.partition(":")
    if quant:
        source = Hub(repo, (quant if quant.endswith(".gguf") else f"*{quant}*.gguf",))
    else:
        source = Hub(repo, MODEL_FILES, optional=TOKENIZER_FILES)
    page = f"https://huggingface.co/{repo}"
    return Weight(name, "chosen by you", "see its page", page, source)
