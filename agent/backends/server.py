"""What can be known about an OpenAI-compatible server: its model, its abilities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...schema import Value

_USUAL_CONTEXT = 32_768  # when a server does not say; a prompt too long is refused by the server
_LOADED_CONTEXT = 4_096  # with which Ollama and LM Studio load a model where nobody says otherwise
_SILENT = ("ollama", "lmstudio")


class ServerFacts(Value):
    """What a server said about the model it runs.

    Attributes:
        kind: "vllm", "sglang", "llamacpp", "ollama", "lmstudio", or "" where it does not say.
        models: every model name it lists.
        sees_images, context_tokens: None where the server does not say.
        most_tokens: of context that the model was made for; None where the server does not say.
        thinks: whether the model would think before it answers.
        own_interface: whether it is asked by its own interface, not OpenAI's.
    """

    kind: str = ""
    model: str = ""
    models: tuple[str, ...] = ()
    sees_images: bool | None = None
    context_tokens: int | None = None
    most_tokens: int | None = None
    thinks: bool = False
    own_interface: bool = False

    @property
    def usual_context(self) -> int:
        return _LOADED_CONTEXT if self.silent else _USUAL_CONTEXT

    @property
    def silent(self) -> bool:
        """Whether it drops a part of a prompt that is too long without a word."""
        return self.kind in _SILENT


_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)", re.MULTILINE)  # in a model's parameters
_KINDS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "llamacpp": "llamacpp",
    "library": "ollama",
    "organization_owner": "lmstudio",
}


def facts(listing: Mapping[str, Any], wanted: str = "") -> ServerFacts:
    """Read the answer to `GET /v1/models`.

    Args:
        listing: the answer, decoded.
        wanted: the model that will be asked for; "" for the first one listed.
    """
    entries = [e for e in listing.get("data") or [] if isinstance(e, Mapping) and e.get("id")]
    names = tuple(str(e["id"]) for e in entries)
    entry = next((e for e in entries if e["id"] == wanted), entries[0] if entries else {})
    context = entry.get("max_model_len")  # vLLM and SGLang
    return ServerFacts(
        kind=_KINDS.get(str(entry.get("owned_by")), ""),
        model=wanted or (names[0] if names else ""),
        models=names,
        sees_images=_modality(listing, entry),
        context_tokens=context if isinstance(context, int) and context > 0 else None,
    )


def _modality(listing: Mapping[str, Any], entry: Mapping[str, Any]) -> bool | None:
    """Whether a model list says that the model takes pictures; None where it says nothing."""
    architecture = entry.get("architecture")  # routers: {"input_modalities": ["text", "image"]}
    if isinstance(architecture, Mapping) and isinstance(
        given := architecture.get("input_modalities"), list
    ):
        return "image" in given
    for extra in listing.get("models") or []:  # llama.cpp: a second list beside "data"
        if isinstance(extra, Mapping) and extra.get("name") == entry.get("id"):
            able = extra.get("capabilities")
            return "multimodal" in able if isinstance(able, list) else None
    return None


def add_props(known: ServerFacts, props: Mapping[str, Any]) -> ServerFacts:
    """Add what llama.cpp's `GET /props` says."""
    modalities = props.get("modalities")
    defaults = props.get("default_generation_settings")
    context = defaults.get("n_ctx") if isinstance(defaults, Mapping) else None
    update: dict[str, Any] = {}
    if isinstance(modalities, Mapping) and isinstance(modalities.get("vision"), bool):
        update["sees_images"] = modalities["vision"]
    if isinstance(context, int) and context > 0:
        update["context_tokens"] = context
    return known.model_copy(update=update)


def add_show(known: ServerFacts, show: Mapping[str, Any]) -> ServerFacts:
    """Add what Ollama's `POST /api/show` says."""
    update: dict[str, Any] = {}
    if able := show.get("capabilities"):
        update |= {"sees_images": "vision" in able, "thinks": "thinking" in able}
    if given := _NUM_CTX.search(str(show.get("parameters") or "")):
        update["context_tokens"] = int(given[1])
    made = show.get("model_info") or {}
    most = made.get(f"{made.get('general.architecture')}.context_length")
    if isinstance(most, int) and most > 0:
        update["most_tokens"] = most
    return known.model_copy(update=update)


def add_loaded(known: ServerFacts, listing: Mapping[str, Any]) -> ServerFacts:
    """Add what Ollama's `GET /api/ps` says: with what context a model runs at this moment."""
    for each in listing.get("models") or []:
        if isinstance(each, Mapping) and known.model in (each.get("name"), each.get("model")):
            context = each.get("context_length")
            if isinstance(context, int) and context > 0:
                return known.model_copy(update={"context_tokens": context})
    return known


def add_lmstudio(known: ServerFacts, listing: Mapping[str, Any]) -> ServerFacts:
    """Add what LM Studio's `GET /api/v0/models` says; a model that is not loaded has no context yet."""
    for each in listing.get("data") or []:
        if isinstance(each, Mapping) and each.get("id") == known.model:
            context = each.get("loaded_context_length")
            update: dict[str, Any] = {"sees_images": each.get("type") == "vlm"}
            if isinstance(context, int) and context > 0:
                update["context_tokens"] = context
            return known.model_copy(update=update)
    return known
