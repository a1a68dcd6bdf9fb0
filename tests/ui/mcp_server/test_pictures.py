"""Pictures of clients."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from ...agent import kit
from .kit import GIVEN, call, with_client, words


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        ({}, "expected either base64 or path"),
        ({**GIVEN, "path": "x.png"}, "expected either base64 or path"),
        ({"base64": "@@@"}, "base64 is broken"),
        ({"base64": base64.b64encode(b"hello you").decode()}, "is text, not a picture"),
        ({"path": "/etc/passwd"}, "no folder is allowed"),
        ({"url": "http://127.0.0.1/"}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_pictures_are_told_to_the_model(tmp_path: Path, picture: Any, why: str) -> None:
    result = call(tmp_path, "read_text", {"picture": picture})
    assert result.is_error
    assert why in words(result)


def test_paths_lead_nowhere_but_into_allowed_folders(tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret"
    (allowed / "deeper").mkdir(parents=True)
    secret.mkdir()
    kit.named_picture(allowed / "deeper", "in.png", 5)
    kit.named_picture(secret, "out.png", 6)
    (allowed / "link.png").symlink_to(secret / "out.png")
    (allowed / "door").symlink_to(secret, target_is_directory=True)

    async def use(client: Client) -> list[Any]:
        paths = [
            "deeper/in.png", str(allowed / "deeper/in.png"),
            str(secret / "out.png"), "../secret/out.png", "link.png", "door/out.png",
            "deeper", "nothing.png", "\0", "~/x.png", "file:///etc/passwd",
        ]  # fmt: skip
        return [await client.call_tool("read_text", {"picture": {"path": p}}) for p in paths]

    results = with_client(tmp_path / "home", use, folders=(allowed,))
    assert [r.is_error for r in results] == [False] * 2 + [True] * 9
    told = {words(r).partition("is not to be had")[2] for r in results[2:]}
    assert len(told) == 1  # whether a file is there is not told
