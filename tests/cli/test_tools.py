"""`looktwice tools`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from .cli_kit import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_tools(run: Run) -> None:
    done = run("tools", "--json")
    assert done.code == 0
    listed = json.loads(done.out)
    names = [t["name"] for t in listed]
    assert names == [
        *("detect_objects", "read_text", "look_closer", "read_codes", "compare_pictures"),
        *("calculate", "find_table", "query_table"),
    ]
    for t in listed:
        assert set(t) == {"name", "description", "parameters", "needs_picture"}
        assert t["parameters"]["type"] == "object"
    shown = run("tools").out
    assert all(name in shown for name in names)


def test_tools_of_mcp_servers_are_listed_too(
    run: Run, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = (
        "from mcp.server import MCPServer\n"
        'mcp = MCPServer("shop", log_level="ERROR")\n'
        "@mcp.tool()\n"
        "def price(article: int) -> str:\n"
        '    """What an article costs."""\n'
        '    return "1 euro"\n'
        "mcp.run()\n"
    )
    (tmp_path / "shop.py").write_text(program)
    home.mkdir(exist_ok=True)
    (home / "looktwice.toml").write_text(
        f"[mcp_servers.shop]\ncommand = {sys.executable!r}\nargs = [{str(tmp_path / 'shop.py')!r}]\n"
        "[mcp_servers.gone]\ncommand = 'no-such-program'\n"
    )
    done = run("tools", "--json")
    assert done.code == 0
    assert [t["name"] for t in json.loads(done.out)][-1] == "shop_price"
    assert "MCP server gone" in caplog.text
