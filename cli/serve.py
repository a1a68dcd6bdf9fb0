"""`looktwice serve` and `looktwice mcp`: the assistant for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Host, KeyFile, Model, Pack, Port, SearchedIndex
from .settings import load_settings


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    index: SearchedIndex = None,
    api_key_file: KeyFile = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Answer as an OpenAI-compatible server: /v1/chat/completions, /v1/models, /health, /metrics."""
    from ..agent.backends.vllm import for_many_users
    from ..ui.openai_server.launch import serve as start

    start(for_many_users(load_settings(pack=pack, model=model)), host, port, index, api_key_file)


def mcp(
    http: Annotated[bool, typer.Option("--http", help="over HTTP instead of over pipes")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8001,
    index: SearchedIndex = None,
    allow: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="pictures in it may be named by path; may be repeated"),
    ] = None,
    api_key_file: KeyFile = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Offer the assistant, its experts and your documents to programs that speak MCP."""
    from ..ui.mcp_server.launch import serve_http, serve_stdio

    settings, folders = load_settings(pack=pack, model=model), tuple(allow or ())
    if http:
        serve_http(settings, host, port, index, folders, api_key_file)
    else:
        serve_stdio(settings, index, folders)
