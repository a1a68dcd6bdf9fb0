"""The tools: the assistant and its experts."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

from looktwice.agent.backends.scripted import ScriptedModel
from mcp import Client

from ...agent import kit
from ..api_kit import own_threads, wait_until
from .kit import GIVEN, call, library, with_client, words


def test_ask(tmp_path: Path) -> None:
    result = call(tmp_path, "ask", {"question": kit.TOTAL, "pictures": [GIVEN]})
    assert not result.is_error
    assert words(result).startswith("8.20\n(Checked: ")
    assert "Total 8.20" in words(result)
    told = result.structured_content
    assert (told["status"], told["grade"]) == ("answered", "checked")
    assert told["citations"][0]["boxes"]


def test_progress_names_the_experts(tmp_path: Path) -> None:
    told: list[str | None] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    with_client(
        tmp_path,
        lambda client: client.call_tool(
            "ask", {"question": kit.TOTAL, "pictures": [GIVEN]}, progress_callback=progress
        ),
    )
    assert told == ["asking read_text"]


def test_the_experts_one_by_one(tmp_path: Path) -> None:
    read = call(tmp_path, "read_text", {"picture": GIVEN})
    assert "Total 8.20" in words(read)
    assert len(read.structured_content["evidence"][0]["lines"]) == 5
    seen = call(tmp_path, "detect_objects", {"picture": GIVEN, "labels": ["person"]})
    assert "4 person" in words(seen)
    assert len(seen.structured_content["evidence"][0]["boxes"]) == 4
    look = call(tmp_path, "look_closer", {"picture": GIVEN, "box": [0, 0, 9, 9]})
    assert "mostly grey" in words(look)


def test_extract(tmp_path: Path) -> None:
    model = ScriptedModel(lambda *_: {"shop": "Corner Shop", "total": 8.2})
    arguments = {"schema": "shop, total: money", "pictures": [GIVEN]}
    result = call(tmp_path, "extract", arguments, script=model)
    told = result.structured_content
    assert told["record"] == {"shop": "Corner Shop", "total": 8.2}
    assert told["fields"][1]["boxes"][0]["frame"] == "picture"
    wrong = call(tmp_path, "extract", {**arguments, "schema": "total: gold"}, script=model)
    assert wrong.is_error
    assert "'gold' is none of" in words(wrong)


def test_documents(tmp_path: Path) -> None:
    async def use(client: Client) -> Any:
        found = await client.call_tool("search_documents", {"query": "When does the lease end?"})
        page = await client.call_tool("open_page", {"document": "lease 1", "page": 1})
        lost = await client.call_tool("open_page", {"document": "lease 1", "page": 7})
        return found, page, lost

    found, page, lost = with_client(tmp_path, use, index=library())
    assert "2031-03-31" in words(found)
    evidence = found.structured_content["evidence"][0]
    assert evidence["source"]["page"] == 1
    assert evidence["boxes"][0]["frame"] == "page"
    assert [part.type for part in page.content] == ["text", "image"]
    assert base64.b64decode(page.content[1].data)[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
    assert lost.is_error
    assert "has no page 7" in words(lost)


def test_arguments_that_do_not_fit_are_told(tmp_path: Path) -> None:
    result = call(tmp_path, "detect_objects", {"labels": 7})
    assert result.is_error
    assert "picture" in words(result)


def test_a_failed_run_is_told(tmp_path: Path) -> None:
    script = kit.Script(says={"talk": RuntimeError("broken")})
    result = call(tmp_path, "ask", {"question": kit.HELLO}, script=script)
    assert result.is_error


def test_who_gives_up_stops_the_run(tmp_path: Path) -> None:
    model = kit.EndlessModel(kit.Script())

    async def use(client: Client) -> None:
        arguments = {"question": kit.TOTAL, "pictures": [GIVEN]}
        asking = asyncio.create_task(client.call_tool("ask", arguments))
        drafting = lambda: any(not c.options and c.schema is None for c in model.calls)  # noqa: E731
        await asyncio.to_thread(wait_until, drafting)
        asking.cancel()
        await asyncio.to_thread(model.stopped.wait, 5)

    with_client(tmp_path, use, script=model)
    assert model.stopped.is_set()
    wait_until(lambda: not own_threads())


def test_questions_and_arguments_have_a_limit(tmp_path: Path) -> None:
    async def use(client: Client) -> Any:
        asked = await client.call_tool("ask", {"question": "first, " * 5_000})
        found = await client.call_tool("search_documents", {"query": "x" * 40_000})
        many = {"picture": GIVEN, "labels": ["a"] * 40_000}
        return asked, found, await client.call_tool("detect_objects", many)

    results = with_client(tmp_path, use, index=library())
    assert all(result.is_error for result in results)
    assert "at most 32,000 characters" in words(results[0])
    assert "at most 32,000 characters together" in words(results[1])
    assert "at most 32,000 characters together" in words(results[2])
