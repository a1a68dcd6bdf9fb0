"""Summing documents up: as a whole, part by part, or each of many in a few sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import ToolError
from ...schema import Evidence
from ..base import Tool, tool
from ..context import Context

SUMMARISE = "summarise"

Summarise = Callable[[Sequence[str], str, str, Context], list[Evidence]]
"""Sums up documents: their names (all, where there are none), a section or "", the request itself."""


def summary_tool(summarise: Summarise) -> Tool:
    """The tool that sums documents up; each piece of its evidence bears a sentence of the summary."""

    @tool(name=SUMMARISE, title="Summing up", done="summed up", patient=True)
    def summarise_documents(
        request: str, context: Context, documents: list[str] | None = None, section: str = ""
    ) -> list[Evidence]:
        """Sum up whole documents, or a section of one: read part by part, each sentence with its place.

        Args:
            request: What was asked for, in the user's words.
            documents: Names of the documents; all, where none is given.
            section: Heading of the section to sum up; the whole document, where none is given.
        """
        found = summarise(documents or (), section, request, context)
        if not found:
            raise ToolError("summarise: there is no text that could be summed up", "not_found")
        return found

    return summarise_documents
