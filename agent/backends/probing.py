"""What a server says of itself when it is first spoken to."""

from __future__ import annotations

from ...errors import ModelError
from .failures import Failures
from .http_client import HttpClient, StatusError
from .server import ServerFacts, add_lmstudio, add_loaded, add_props, add_show, facts

_LEAST_CONTEXT = 8_192
"""Tokens that Ollama is told to read, where it would read less and the model can."""


async def ask_server(
    client: HttpClient, failures: Failures, wanted: str, context: int | None = None
) -> ServerFacts:
    """Which model it runs, how much that can read and whether it sees pictures.

    Args:
        client: speaks to it.
        failures: words for what goes wrong.
        wanted: the model that will be asked for; "" for the first one listed.
        context: tokens that the model is to read, where the server can be told; None for enough.

    Raises:
        ModelError: it lists no model, or not the one that is wanted.
    """
    try:
        listing = await failures.mapping(client.get("/models"))
    except StatusError as error:
        if error.status != 404:
            raise
        listing = {}  # some servers list nothing; the name must then be given
    known = facts(listing, wanted)
    if not known.model:
        raise ModelError(f"{failures.where}: the server lists no model; set LOOKTWICE_MODEL_NAME")
    if wanted and known.models and wanted not in known.models and known.kind != "llamacpp":
        raise ModelError(
            f"{failures.where}: no model {wanted!r}; the server lists {', '.join(known.models)}"
        )
    try:
        if known.kind == "llamacpp":
            props = client.get(client.from_root("props"))
            known = add_props(known, await failures.mapping(props))
        elif known.kind == "lmstudio":
            own = client.get(client.from_root("api/v0/models"))
            known = add_lmstudio(known, await failures.mapping(own))
        elif known.kind == "ollama":
            known = await _ollama(client, failures, known, context)
    except StatusError:
        pass  # an extra that a proxy may hide
    return known


async def _ollama(
    client: HttpClient, failures: Failures, known: ServerFacts, context: int | None
) -> ServerFacts:
    """Load the model with room for our prompts, and find out how much it then reads."""

    async def load(**options: int) -> ServerFacts:
        # Loaded with an empty prompt, it says how much of a prompt it will read.
        body = {"model": known.model, "stream": False, "options": options}
        await failures.mapping(client.post(client.from_root("api/generate"), body))
        loaded = client.get(client.from_root("api/ps"))
        return add_loaded(known, await failures.mapping(loaded))

    show = client.post(client.from_root("api/show"), {"model": known.model})
    known = add_show(known, await failures.mapping(show))
    if context is None:
        known = await load()  # as its owner set it up
        context = max(known.usual_context, known.context_tokens or 0, _LEAST_CONTEXT)
    context = min(context, known.most_tokens or context)
    if context != known.context_tokens:
        known = known.model_copy(update={"context_tokens": context})
        known = await load(num_ctx=context)
    return known.model_copy(update={"own_interface": True})
