"""The experts an assistant can ask, each a typed function made a tool. No models' weights, no decisions."""

from __future__ import annotations

from .base import Tool, tool
from .context import Context
from .documents.search import search_tools
from .execution.cache import ResultCache, fingerprint
from .execution.run import run_tool
from .registry import Experts, default_tools, describe, unique

__all__ = [
    "Context",
    "Experts",
    "ResultCache",
    "Tool",
    "default_tools",
    "describe",
    "fingerprint",
    "run_tool",
    "search_tools",
    "tool",
    "unique",
]
