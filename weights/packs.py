"""Which weight does what in each pack, and what a GPU of a given size has room for.

The gpu pack is a ladder: the first rung whose weights fit beside the experts, with 3 GB to spare, is
taken. Experts depend on the size of the card alone, so that an index made today can be opened
tomorrow; the chat model depends on what is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .registry import CATALOGUE

__all__ = [
    "LADDER",
    "LAPTOP",
    "PACKS",
    "ExpertSet",
    "Pack",
    "Role",
    "Rung",
    "packs_with",
    "roles_of",
]

Pack = Literal["starter", "laptop", "gpu", "server"]
ExpertSet = Literal["starter", "gpu", "pages", "pages+reranker"]
"""Sets of experts: the starter's, on the processor; the gpu pack's; those and one for how pages look."""
Role = Literal[
    "chat",
    "detector",
    "ocr_det",
    "ocr_rec",
    "text",
    "image",
    "reranker",
    "classifier",
    "pages",
    "page_reranker",
]

_STARTER: Mapping[Role, str] = {
    "chat": "qwen2.5-coder-1.5b-instruct-q4",
    "detector": "yolov3-tiny",
    "ocr_det": "pp-ocrv6-small",
    "ocr_rec": "pp-ocrv6-small",
    "text": "all-minilm-l6-v2",
    "image": "efficientnet-lite0",
    "classifier": "efficientnet-lite0",
}
_GPU: Mapping[Role, str] = {
    "chat": "qwen3.5-4b",
    "detector": "dfine-xlarge",
    "ocr_det": "pp-ocrv6-medium-det",
    "ocr_rec": "pp-ocrv6-medium-rec",
    "text": "qwen3-embedding-0.6b",
    "image": "siglip2-base-patch16-256",
    "classifier": "efficientnet-lite0",
    "reranker": "bge-reranker-v2-m3",
}
_PAGES: Mapping[Role, str] = {**_GPU, "pages": "qwen3-vl-embedding-2b"}
_RERANKER: Mapping[Role, str] = {**_PAGES, "page_reranker": "qwen3-vl-reranker-2b"}

LAPTOP = (("qwen3-vl-8b-gguf", 30), ("qwen3-vl-4b-gguf", 15), ("qwen3-vl-2b-gguf", 7))
"""Chat models of the laptop pack, and the GB a machine has to have for each.

More than they take: other programs are at work on such machines, and a larger model would be slow.
"""

PACKS: Mapping[str, Mapping[Role, str]] = {
    "starter": _STARTER,
    "laptop": {**_STARTER, "chat": "qwen3-vl-4b-gguf"},
    "gpu": _GPU,
}
"""Which weight does what. `server` takes the experts of one of these and chats with an address."""

_SETS: Mapping[ExpertSet, Mapping[Role, str]] = {
    "starter": _STARTER,
    "gpu": _GPU,
    "pages": _PAGES,
    "pages+reranker": _RERANKER,
}


def roles_of(experts: ExpertSet) -> Mapping[Role, str]:
    """Which weight does what in a set of experts."""
    return _SETS[experts]


@dataclass(frozen=True)
class Rung:
    """One way to fill a GPU.

    Attributes:
        chat: the chat model's name.
        bits: of the matrices of its language model.
        experts: those that stay on the GPU beside it; of the starter's none do.
    """

    chat: str
    bits: Literal[4, 16]
    experts: ExpertSet

    @property
    def chat_bytes(self) -> int:
        """What the chat model holds of the GPU's memory."""
        weight = CATALOGUE[self.chat]
        return weight.gpu_bytes_4bit if self.bits == 4 else weight.gpu_bytes

    @property
    def parts(self) -> dict[str, int]:
        """Bytes of each expert on the GPU, by the name of its weight."""
        if self.experts == "starter":
            return {}
        names = {name for role, name in roles_of(self.experts).items() if role != "chat"}
        sizes = {name: CATALOGUE[name].gpu_bytes for name in sorted(names)}
        return {name: size for name, size in sizes.items() if size}

    @property
    def expert_bytes(self) -> int:
        """What the experts hold of it together."""
        return sum(self.parts.values())


LADDER = (
    Rung("qwen3.5-9b", 16, "pages+reranker"),
    Rung("qwen3.5-9b", 16, "pages"),
    Rung("qwen3.5-4b", 16, "pages"),
    Rung("qwen3.5-4b", 16, "gpu"),
    Rung("qwen3.5-4b", 4, "gpu"),
    Rung("qwen3.5-4b", 4, "starter"),
    Rung("qwen3.5-2b", 4, "starter"),
)
"""From the best down. Below the last there is no room for a model that sees: the starter answers."""


def packs_with(name: str) -> tuple[str, ...]:
    """The packs a weight belongs to."""
    rungs = {rung.chat for rung in LADDER}
    of_gpu = rungs.union(*(_SETS[rung.experts].values() for rung in LADDER if rung.parts))
    of_laptop = {chat for chat, _ in LAPTOP} | (set(_STARTER.values()) - {_STARTER["chat"]})
    found = {"starter": set(_STARTER.values()), "laptop": of_laptop, "gpu": of_gpu}
    return tuple(pack for pack, names in found.items() if name in names)
