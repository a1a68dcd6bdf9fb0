"""A visitor of the chat page: Chromium, headless, at one of the widths and colours people have."""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .page_kit import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WAIT = 60_000
"""Milliseconds; only a failure waits so long."""
TOTAL = "What is the total on this receipt?"
VIEWS = [(width, colour) for width in (1280, 820, 390) for colour in ("light", "dark")]
"""Every test is written for all of them and runs in one; in each where EVERY_VIEW is set."""
NARROW = 900
"""Pixels below which the side covers the page."""


def views_of(test: str) -> list[tuple[int, str]]:
    """The views a test runs in."""
    return (
        VIEWS if os.environ.get("EVERY_VIEW") else [VIEWS[zlib.crc32(test.encode()) % len(VIEWS)]]
    )


def arrive(
    browser: Any, served: Page, view: tuple[int, str] = VIEWS[0], **how: Any
) -> tuple[Any, Any]:
    """A visitor with cookies of their own; every request beyond this machine is noted."""
    width, colour = view
    size = {"width": width, "height": 860}
    context = browser.new_context(viewport=size, color_scheme=colour, **how)
    context.set_default_timeout(WAIT)
    made = context.new_page()
    made.elsewhere = []
    made.on("request", lambda r: made.elsewhere.append(r.url) if beyond(r.url) else None)
    made.goto(served.url)
    settle(made)
    return context, made


def settle(tab: Any) -> None:
    """Wait until the page is there."""
    tab.wait_for_selector(".lt-head", state="attached")
    tab.wait_for_selector("#lt-chats .lt-none, #lt-chats li", state="attached")
    folded = tab.viewport_size["width"] < NARROW  # else the side opens by itself, a moment later
    tab.wait_for_selector(f".sidebar{':not(.open)' if folded else '.open'}", state="attached")


def beyond(url: str) -> bool:
    return not re.match(r"(data|blob|about):|http://127\.0\.0\.1:", url)


def side(tab: Any, part: str = "") -> None:
    """Open the side, and a part of it."""
    if tab.query_selector(".sidebar.open") is None:
        tab.click(".sidebar .toggle-button")
        tab.wait_for_selector(".sidebar.open")
    if part and tab.query_selector(f"#{part} > button.open") is None:
        tab.click(f"#{part} > button")


def fold(tab: Any) -> None:
    """Put the side away where it covers the page."""
    if tab.viewport_size["width"] < NARROW and tab.query_selector(".sidebar.open") is not None:
        tab.click(".sidebar .toggle-button")
        tab.wait_for_selector(".sidebar:not(.open)", state="attached")


def choose(tab: Any, place: str, option: str) -> None:
    """Choose from a list, which closes where the page is drawn anew meanwhile."""
    from playwright.sync_api import TimeoutError as TooLate

    for patience in (3_000, 10_000, WAIT):
        tab.click(f"{place} input")
        with suppress(TooLate):
            tab.click(f"{place} [role=option]:has-text('{option}')", timeout=patience)
            return
        tab.keyboard.press("Escape")
    raise AssertionError(f"{option} cannot be chosen")


def put(tab: Any, name: str, data: bytes, kind: str = "image/png") -> None:
    """Give a file to the next question."""
    file = {"name": name, "mimeType": kind, "buffer": data}
    tab.set_input_files("#lt-composer input[type=file]", file)


def ask(tab: Any, words: str, data: bytes | None = None) -> None:
    """Ask, with a picture if there is one; returns when it was sent."""
    if data is not None:
        put(tab, "receipt.png", data)
        tab.wait_for_selector("#lt-composer .thumbnail-item")
    tab.fill("#lt-composer textarea", words)
    tab.press("#lt-composer textarea", "Enter")


def answers(tab: Any, count: int) -> Any:
    """Wait for so many answers; gives the last."""
    tab.wait_for_function(
        f"document.querySelectorAll('#lt-log .lt-badge').length === {count}", timeout=WAIT
    )
    return tab.query_selector_all("#lt-log .lt-answer")[-1]


def add_document(tab: Any, name: str, kind: str, data: bytes) -> None:
    """Add a document in the side."""
    side(tab, "lt-documents")
    with tab.expect_file_chooser() as chooser:
        tab.click("#lt-add")
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": data})
    tab.wait_for_selector(f"#lt-docs li:has-text('{name}')", timeout=4 * WAIT)


class Line:
    """A line to a server on this machine that can be cut and mended.

    Attributes:
        url: of its near end.
    """

    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2])
        self._ends: list[socket.socket] = []
        self._whole = True
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection and take no more."""
        self._whole = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self._ends.clear()
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if not self._whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line that ends with the block."""
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
