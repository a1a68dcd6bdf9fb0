"""The MCP server: its tools and its documents, not yet connected to anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp_types import ToolAnnotations

from ...agent.assistant import Assistant
from ..http.answering import AnswerStreams
from .documents import DocumentServer, add_documents
from .pictures import PictureLoader
from .tools import AssistantTools

_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)


def make_server(assistant: Assistant, folders: tuple[Path, ...] = ()) -> DocumentServer:
    """The server, not yet connected to anything.

    Args:
        assistant: who answers; stays its owner's.
        folders: pictures in these may be named by path.
    """
    answers = AnswerStreams(assistant, assistant.settings.serve)
    server = DocumentServer(assistant.index, answers)
    tools = AssistantTools(assistant, PictureLoader(assistant.store, folders), answers)
    functions: list[Callable[..., Any]] = [
        tools.ask,
        tools.extract,
        tools.detect_objects,
        tools.read_text,
        tools.look_closer,
    ]
    if assistant.index is not None:
        functions += [tools.search_documents, tools.open_page]
        add_documents(server, assistant.index)
    for function in functions:
        server.add_tool(function, annotations=_READ_ONLY)
    return server
