"""The two experts as plain functions: text for text, failures told in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from ...agent.evidence.rendering import in_words
from ...errors import UsageError
from ...media.store import Store
from ...schema import Evidence, ToolCall, ToolResult
from ...settings import Settings
from ...tools import Context, ResultCache, Tool, run_tool
from ...tools.registry import default_tools

EXPERTS = ("read_text", "detect_objects")
"""Everybody gets these and no other: reading text, and finding and counting objects."""


def open_experts(settings: Settings, store: Store) -> dict[str, Tool]:
    """The experts, their engines loaded, so that loading is on nobody's account.

    Raises:
        WeightsError: their weights are missing.
    """
    tools = {tool.name: tool for tool in default_tools(settings, store)}
    experts = {name: tools[name] for name in EXPERTS}
    blank = store.add(Image.new("RGB", (64, 64), "white"))
    for expert in experts.values():
        expert(blank)
    return experts


class Toolbox:
    """The experts for one task.

    Args:
        tools: by name.
        context: lends them the task's pictures.
        seconds: one call may take.
        cache: of this baseline; a picture it has had read before is not read again, as in Looktwice.

    Attributes:
        results: of every call, in order.
    """

    def __init__(
        self, tools: Mapping[str, Tool], context: Context, seconds: float, cache: ResultCache
    ) -> None:
        self.tools = dict(tools)
        self.results: list[ToolResult] = []
        self._context, self._seconds, self._cache = context, seconds, cache

    def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """What the expert says, word for word as Looktwice's model is told it.

        Args:
            name: one of `tools`.
            arguments: as the model gave them; None means left out.

        Raises:
            Cancelled: the run was stopped.
            UsageError: there is no such expert.
        """
        if name not in self.tools:
            raise UsageError(f"there is no expert {name!r}; there are {', '.join(self.tools)}")
        given = {key: value for key, value in arguments.items() if value is not None}
        call = ToolCall(id=f"call{len(self.results) + 1}", tool=name, arguments=given)
        result = run_tool(self.tools[name], call, self._context, self._seconds, self._cache)
        self.results.append(result)
        if result.error is not None:
            return f"Error: {result.error.message}"
        return "\n".join(map(in_words, result.evidence))

    def evidence(self) -> tuple[Evidence, ...]:
        """All that was seen, numbered."""
        seen = [item for result in tuple(self.results) for item in result.evidence]
        return tuple(item.model_copy(update={"id": f"E{n}"}) for n, item in enumerate(seen, 1))
