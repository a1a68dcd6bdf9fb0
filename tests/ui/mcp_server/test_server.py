"""The MCP server, asked by the official client in process."""

from __future__ import annotations

from pathlib import Path

from .kit import library, with_client


def test_tools_are_listed_with_their_words(tmp_path: Path) -> None:
    listed = with_client(tmp_path, lambda client: client.list_tools(), index=library()).tools
    assert [t.name for t in listed] == [
        "ask", "extract", "detect_objects", "read_text", "look_closer",
        "search_documents", "open_page",
    ]  # fmt: skip
    for tool in listed:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.output_schema
        for name, described in tool.input_schema["properties"].items():
            assert described.get("description"), f"{tool.name}.{name}"


def test_without_documents_there_are_no_tools_for_them(tmp_path: Path) -> None:
    listed = with_client(tmp_path, lambda client: client.list_tools()).tools
    assert [t.name for t in listed][-1] == "look_closer"
