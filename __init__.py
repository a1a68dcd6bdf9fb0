"""Looktwice: the multimodal assistant that looks twice before it answers.

>>> from looktwice import Assistant
>>> with Assistant.from_settings() as assistant:
...     answer = assistant.ask("What is the total?", images=["receipt.jpg"])

The names below are loaded when they are first used, so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent.assistant import Assistant
    from .agent.backends.base import ChatModel, Choice, Message, Reply
    from .agent.backends.scripted import ScriptedModel
    from .control import Control
    from .errors import (
        BadInput,
        LooktwiceError,
        ModelError,
        OfflineError,
        ToolError,
        UsageError,
        WeightsError,
    )
    from .retrieval.index import Index
    from .schema import Answer, Box, Citation, Detection, Event, Evidence, Picture, TextLine
    from .settings import Settings
    from .tools.base import Tool, tool
    from .tools.context import Context

__version__ = "0.2.0"

_HOMES = {
    "agent.assistant": ("Assistant",),
    "agent.backends.base": ("ChatModel", "Choice", "Message", "Reply"),
    "agent.backends.scripted": ("ScriptedModel",),
    "control": ("Control",),
    "errors": (
        "BadInput",
        "LooktwiceError",
        "ModelError",
        "OfflineError",
        "ToolError",
        "UsageError",
        "WeightsError",
    ),
    "retrieval.index": ("Index",),
    "schema": (
        "Answer",
        "Box",
        "Citation",
        "Detection",
        "Event",
        "Evidence",
        "Picture",
        "TextLine",
    ),
    "settings": ("Settings",),
    "tools.base": ("Tool", "tool"),
    "tools.context": ("Context",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "Assistant",
    "BadInput",
    "Box",
    "ChatModel",
    "Choice",
    "Citation",
    "Context",
    "Control",
    "Detection",
    "Event",
    "Evidence",
    "Index",
    "LooktwiceError",
    "Message",
    "ModelError",
    "OfflineError",
    "Picture",
    "Reply",
    "ScriptedModel",
    "Settings",
    "TextLine",
    "Tool",
    "ToolError",
    "UsageError",
    "WeightsError",
    "tool",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'looktwice' has no attribute {name!r}")
    from .extensions.extras import needs

    with needs("index"):  # the only extra that a public name can lack
        return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
