"""The MCP server as a child over pipes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from ...agent import kit
from .kit import GIVEN

CHILD = """
from pathlib import Path
from looktwice.tests.agent import kit
from looktwice.ui.mcp_server import launch
home = Path({home!r})

def talkative(picture):
    print("a library that prints")
    import os
    os.write(1, b"and one that writes to the descriptor")
    return kit.reading("Total 8.20")

def assistant(settings, index=None):
    return kit.make_assistant(home, experts=kit.instant_experts(read=talkative))

launch.Assistant = assistant
launch.serve_stdio(kit.Settings(home=home), None, ())
"""


def test_over_pipes_nothing_but_the_protocol_is_written(tmp_path: Path) -> None:
    """The child's tool prints; a client that reads every line strictly still gets its answer."""
    code = CHILD.format(home=str(tmp_path))
    child = StdioServerParameters(command=sys.executable, args=["-c", code])

    async def use() -> Any:
        async with Client(child) as client:
            listed = await client.list_tools()
            arguments = {"question": kit.TOTAL, "pictures": [GIVEN]}
            return listed, await client.call_tool("ask", arguments)

    listed, answer = asyncio.run(asyncio.wait_for(use(), 60))
    assert len(listed.tools) == 5
    assert answer.structured_content["text"] == "8.20"
