"""Many users on the page at once, and some who are not who they say; plain HTTP, no browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from looktwice.benchmarks.page_clients import PageClient, ask_together

from ...agent.kit import Script, picture
from .page_kit import Page, page, wait_until

TOTAL = "What is the total on this receipt?"
LIMITS = {"running": 30, "waiting": 30, "questions_per_minute": 1000}


def words_of(came: list[tuple[float, dict[str, Any]]]) -> str:
    return json.dumps([message for _, message in came])


def test_30_users_get_their_own_answers_also_after_a_reload(tmp_path: Path) -> None:
    script = Script(
        {"standalone": lambda m: m[-1].text.rpartition("Last question: ")[2].split("\n")[0]}
    )
    with page(tmp_path, script.model(delay=0.05), page_limits=LIMITS) as served:
        timings = asyncio.run(ask_together(served.url, 30, 1, TOTAL))
        assert [s for s in timings if s.error or s.foreign_tokens] == []
        assert len(timings) == 30
        assert all("8&#46;20" in s.tail or "8.20" in s.tail for s in timings)
        shown = asyncio.run(leave_and_come_back(served.url, 30))
        assert all(f"user{n}x" in words and "8&#46;20" in words for n, words in enumerate(shown))
        assert not any(f"user{n + 1}x" in words for n, words in enumerate(shown))
        wait_until(lambda: served.handlers.live_answers.running == 0)
        uploads = served.assistant.settings.uploads_dir
        wait_until(lambda: not [p for p in uploads.rglob("*") if p.is_file()])


async def leave_and_come_back(address: str, users: int) -> list[str]:
    """Everybody asks, is gone at the first sign of life, loads the page again and opens the chat."""

    async def one(number: int) -> str:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            user = PageClient(client, f"before{number}")
            await user.load()
            file = await user.upload(picture(number))
            await user.ask(f"{TOTAL} user{number}x", [file], follow=False)
            again = PageClient(client, f"after{number}")
            await again.load()
            (chat,) = set(
                re.findall(r'data-chat=."([\w-]{16})', words_of(await again.call("load", [])))
            )
            return words_of(await again.call("open_chat", [], event_data={"chat": chat}))

    return await asyncio.gather(*(one(number) for number in range(users)))


def with_client(served: Page, work: Any) -> Any:
    """Run one user's doings."""

    async def main() -> Any:
        async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
            user = PageClient(client, "tab")
            await user.load()
            return await work(user)

    return asyncio.run(main())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for the visitors that need no other; it takes seconds to build."""
    with page(tmp_path_factory.mktemp("page")) as made:
        yield made


def test_a_forged_tab_brings_nothing_of_its_owner(served: Page) -> None:
    async def owner(user: PageClient) -> None:
        file = await user.upload(picture(5))
        await user.ask(f"{TOTAL} secret", [file])

    with_client(served, owner)

    async def thief(user: PageClient) -> str:  # the same tab's name, another cookie
        return words_of(await user.ask("And the date?"))

    stolen = with_client(served, thief)
    assert "process_completed" in stolen
    assert "secret" not in stolen


@pytest.mark.parametrize(
    "data",
    [
        [{"text": "x" * 9_000, "files": []}, None, [], [], 60, 1, ""],
        [
            {"text": "q", "files": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]},
            None,
            [],
            [],
            60,
            1,
            "/etc/passwd",
        ],
        [{"text": {"a": 1}, "files": "x"}, None, [], [], 60, 1, ""],
        ["nonsense", None, 5, "x", "y", {}, {}],
        [],
    ],
)
def test_malformed_questions_are_refused_and_the_page_goes_on(served: Page, data: Any) -> None:
    async def odd(user: PageClient) -> tuple[str, str]:
        try:
            first = words_of(await user.call("ask", data))
        except httpx.HTTPStatusError as error:
            first = str(error)
        return first, words_of(await user.ask("Hello!"))

    first, then = with_client(served, odd)
    assert "root:" not in first
    assert 'success": true' not in first or "lt-refused" in first
    assert "I am here to help" in then.replace("&#44;", ",").replace("&#46;", ".")


def test_who_is_quick_is_told_to_wait(tmp_path: Path) -> None:
    with page(tmp_path, page_limits={"questions_per_minute": 1}) as served:

        async def quick(user: PageClient) -> str:
            await user.ask("Hello!")
            return words_of(await user.ask("Hello!"))

        assert "that was quick" in with_client(served, quick).lower()


@pytest.mark.parametrize("number", ["%C2%B2", "-1", "x", "", "1234567", "1%0A"])
def test_odd_numbers_of_pages_lead_nowhere(served: Page, number: str) -> None:
    with httpx.Client(base_url=served.url) as client:
        client.get("/")
        answer = client.get(f"/see/page?document=a&page={number}")
        assert (answer.status_code, answer.text) == (404, "there is nothing here")
