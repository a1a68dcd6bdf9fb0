"""One browser and one page for all tests of a file; each test is a visitor of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from looktwice.agent.backends.base import Message, Reply
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.schema import Evidence, Picture

from ...agent.kit import Script, instant_experts, reading
from .browser_kit import CHROMIUM, arrive, views_of
from .page_kit import Page, page

EVIL = "<img src=x onerror=alert(1)><script>window.bad=1</script>"
MOMENT = 0.2
"""Seconds that reading a picture and each piece of an answer take, so that the page shows it."""
FORMULAS = (
    "The area is $\\pi r^2$, and\n\n$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$\n\n"
    "| shape | area |\n| --- | --- |\n| circle | 3 |\n\n```python\nprint(1 < 2)\n```\n\n"
    + "w"
    * 300
)


class HeldModel(ScriptedModel):
    """Says its words slowly, and ends what it streams when it is let go.

    Attributes:
        go_on: cleared by a test that wants to see words before they are an answer.
    """

    def __init__(self, script: Script) -> None:
        super().__init__(script.reply, choices=script.choice, delay=MOMENT)
        self.go_on = threading.Event()
        self.go_on.set()

    def generate(self, messages: Sequence[Message], **how: Any) -> Reply:
        reply = super().generate(messages, **how)
        if how.get("on_token") is not None:
            self.go_on.wait(30)
        return reply


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "view" in metafunc.fixturenames:
        name = metafunc.function.__name__
        metafunc.parametrize("view", views_of(name), ids=lambda view: f"{view[0]}-{view[1]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        fake_camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        made = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *fake_camera])
        yield made
        made.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    def read(picture: Picture) -> Evidence:
        time.sleep(MOMENT)
        return reading("Corner Shop", EVIL, "Cash 10.00", "Total 8.20")

    experts = instant_experts(read)
    limits = {"upload_bytes": 200_000, "questions_per_minute": 1000}
    model = HeldModel(Script({"talk": FORMULAS}))
    with page(tmp_path_factory.mktemp("page"), model, experts, limits) as made:
        yield made


@pytest.fixture
def tab(browser: Any, served: Page, view: tuple[int, str]) -> Iterator[Any]:
    context, made = arrive(browser, served, view)
    yield made
    assert made.elsewhere == []
    context.close()
