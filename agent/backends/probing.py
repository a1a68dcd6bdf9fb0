"""What a server says of itself when it is first spoken to."""

from __future__ import annotations

from ...errors import ModelError
from .failures import Failures
from .http_client import HttpClient, StatusError
from .server import ServerFacts, add_lmstudio, add_loaded, add_props, add_show, facts


async def ask_server(client: HttpClient, failures: Failures, wanted: str) -> ServerFacts:
    """Which model it runs, how much that can read and whether it sees pictures.

    Args:
        client: speaks to it.
        failures: words for what goes wrong.
        wanted: the model that will be asked for; "" for the first one listed.

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
            show = client.post(client.from_root("api/show"), {"model": known.model})
            known = add_show(known, await failures.mapping(show))
            # Loaded with an empty prompt, it says how much of a prompt it will read.
            load = {"model": known.model, "stream": False}
            await failures.mapping(client.post(client.from_root("api/generate"), load))
            loaded = client.get(client.from_root("api/ps"))
            known = add_loaded(known, await failures.mapping(loaded))
    except StatusError:
        pass  # an extra that a proxy may hide
    return known
