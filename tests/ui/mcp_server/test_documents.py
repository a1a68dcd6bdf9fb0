"""Documents as resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError

from .kit import LEASE, library, with_client


def text_of(read: Any) -> str:
    return str(read.contents[0].text)


def test_documents_are_resources(tmp_path: Path) -> None:
    async def use(client: Client) -> Any:
        listed = (await client.list_resources()).resources
        texts = [text_of(await client.read_resource(r.uri)) for r in listed]
        page = await client.read_resource(f"{listed[1].uri}/pages/1")
        failed = []
        for lost in ("/pages/9", "/pages/x", "/nothing"):
            with pytest.raises(MCPError) as caught:
                await client.read_resource(listed[1].uri + lost)
            failed.append(str(caught.value))
        for outside in ("looktwice://documents/%2Fetc%2Fpasswd", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(outside)
        return listed, texts, text_of(page), failed

    listed, texts, page, failed = with_client(tmp_path, use, index=library())
    assert [r.name for r in listed] == ["documents", "letters/lease 1.pdf", "../odd.pdf"]
    assert json.loads(texts[0])[0] == {"name": "letters/lease 1.pdf", "pages": 1}
    assert texts[1].startswith("[page 1]\nThe lease ends on 2031-03-31.")
    assert page == LEASE.text
    assert "there is no page 9" in failed[0]
