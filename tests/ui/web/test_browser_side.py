"""The chat page in a real browser: chats, documents, settings, prompts, and a lost connection."""

from __future__ import annotations

from typing import Any

import pytest

from ...agent.kit import picture
from ...retrieval.pdf_kit import Pdf, Sheet, text
from .browser_kit import (
    CHROMIUM,
    TOTAL,
    WAIT,
    add_document,
    answers,
    arrive,
    ask,
    fold,
    line_to,
    settle,
    side,
)
from .page_kit import Page, wait_until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


def test_the_panel_of_documents_adds_shows_finds_and_removes(tab: Any) -> None:
    add_document(tab, "lease.txt", "text/plain", b"The lease ends on 3 May 2027.")
    assert "1 added" in tab.inner_text("#lt-progress")
    tab.fill("#lt-search input, #lt-search textarea", "lease ends")
    tab.press("#lt-search input, #lt-search textarea", "Enter")
    tab.click("#lt-found .lt-page")
    tab.wait_for_selector(".lt-viewer:has-text('3 May 2027')")
    assert tab.locator(".lt-viewer mark").all_inner_texts() == ["lease", "ends"]
    tab.click(".lt-close")
    side(tab)
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.hover("#lt-docs li")
    tab.click("#lt-docs .lt-remove")
    tab.wait_for_selector("text=lease.txt is removed.")
    assert "No documents yet" in tab.inner_text("#lt-docs")


def test_a_chat_has_an_address_a_name_and_a_way_back(tab: Any) -> None:
    ask(tab, TOTAL, picture(31, side=120))
    answers(tab, 1)
    tab.wait_for_function("location.hash.startsWith('#chat=')", timeout=WAIT)
    address = tab.url
    side(tab)
    tab.click("#lt-new")
    tab.wait_for_function("location.hash === ''", timeout=WAIT)
    tab.goto("about:blank")
    tab.goto(address)
    answers(tab, 1)
    assert tab.url == address

    side(tab)
    tab.once("dialog", lambda dialog: dialog.accept("Receipts of May"))
    tab.hover("#lt-chats li.lt-on")
    tab.click("#lt-chats li.lt-on .lt-rename")
    tab.wait_for_selector("#lt-top h1:has-text('Receipts of May')")
    tab.hover("#lt-chats li.lt-on")
    tab.click("#lt-chats li.lt-on .lt-forget")
    tab.click("#lt-chats .lt-restore")
    tab.wait_for_selector("#lt-chats li:has-text('Receipts of May')")


def three_pages() -> bytes:
    pages = (
        ("The lease of the garden begins in May.", "It ends after two years."),
        ("Rent is paid every month by bank.", "Late rent costs a fee of 20 euro."),
        ("The deposit comes back after the move.", "Keys are handed over in person."),
    )
    sheets = [
        Sheet(b"".join(text(72, 500 - 30 * n, line, 16) for n, line in enumerate(lines)))
        for lines in pages
    ]
    return Pdf(sheets, outline=[(0, "One", 0, None), (0, "Three", 2, None)]).data()


def test_a_document_is_turned_searched_and_zoomed(tab: Any) -> None:
    add_document(tab, "lease.pdf", "application/pdf", three_pages())
    tab.click("#lt-docs .lt-page")
    tab.wait_for_selector(".lt-doc[data-page='1'][data-pages='3']")
    tab.wait_for_function("document.querySelector('.lt-stage img').naturalWidth > 300")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_selector(".lt-doc[data-page='2']")
    tab.keyboard.press("+")
    stage = tab.query_selector(".lt-stage")
    assert stage.evaluate("node => node.scrollWidth > node.clientWidth * 1.2")
    tab.click(".lt-unfold")
    tab.click(".lt-contents a:has-text('Three')")
    tab.wait_for_selector(".lt-doc[data-page='3'] .lt-thumbs img", state="attached")
    tab.fill(".lt-seek", "late rent")
    tab.press(".lt-seek", "Enter")
    tab.click(".lt-hits a:has-text('Late rent')")
    tab.wait_for_selector(".lt-doc[data-page='2'] .lt-cited")
    assert "20 euro" in tab.text_content(".lt-page-text")


def test_documents_are_dropped_chosen_and_named_where_they_fail(tab: Any, served: Page) -> None:
    side(tab)  # the documents are folded; they unfold
    drop(tab, "#lt-documents", {"hall.txt": "The hall is 8 m high.", "broken.pdf": "%PDF-1.7"})
    tab.wait_for_selector("#lt-docs li:has-text('hall.txt')")
    tab.wait_for_selector(".lt-failures li:has-text('broken.pdf')")
    tab.reload()  # it stays, with its reason
    settle(tab)
    side(tab, "lt-documents")
    assert len(tab.wait_for_selector(".lt-failures p").inner_text()) > len("broken.pdf") + 10
    tab.click(".lt-failures .lt-dismiss")
    tab.wait_for_selector(".lt-failures", state="detached")
    fold(tab)
    newest = "SELECT body FROM exchanges JOIN chats ON id = chat ORDER BY updated DESC, n DESC"

    def used() -> bool:
        return "hall.txt" in served.handlers.history._db.execute(newest).fetchone()[0]

    ask(tab, "How high is the hall?")
    answers(tab, 1)
    assert used()
    ask(tab, "How high is the hall?", picture(33))  # it is about the picture then
    answers(tab, 2)
    assert not used()
    side(tab)
    tab.click("#lt-new")
    tab.wait_for_selector(".lt-example", state="attached")
    fold(tab)
    tab.click("#lt-scope input")
    tab.click("#lt-scope [role=option]:has-text('No documents')")
    ask(tab, "How high is the hall?")
    answers(tab, 1)
    assert not used()


def drop(tab: Any, place: str, files: dict[str, str]) -> None:
    """Let files fall on a place, as a mouse does."""
    tab.evaluate(
        """([place, files]) => {
          const dataTransfer = new DataTransfer();
          for (const [name, text] of Object.entries(files)) dataTransfer.items.add(new File([text], name));
          const how = {bubbles: true, cancelable: true, dataTransfer};
          for (const kind of ["dragover", "drop"])
            document.querySelector(place).dispatchEvent(new DragEvent(kind, how));
        }""",
        [place, files],
    )


def seconds_are_set(tab: Any, seconds: str) -> bool:
    """Whether the first setting stays as it is typed: what was kept is put in after the side opens."""
    setting = "#lt-settings input[type=number] >> nth=0"
    tab.fill(setting, seconds)
    tab.press(setting, "Enter")
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return bool(tab.input_value(setting) == seconds)


def test_settings_prompts_and_what_is_typed_survive_a_reload(tab: Any) -> None:
    side(tab, "lt-settings")
    wait_until(lambda: seconds_are_set(tab, "60"))
    tab.uncheck("#lt-settings label:has-text('numbers') input")
    fold(tab)
    tab.fill("#lt-composer textarea", "What is due?")
    tab.click(".lt-prompts summary")
    tab.click(".lt-keep")
    tab.click(".lt-prompt:not(.lt-own) >> nth=1")
    typed = tab.input_value("#lt-composer textarea")
    assert typed.startswith("What is due?\n")
    tab.reload()
    settle(tab)
    tab.wait_for_function(f"document.querySelector('#lt-composer textarea').value === {typed!r}")
    tab.click(".lt-prompts summary")
    tab.click(".lt-unkeep")
    tab.wait_for_selector(".lt-own", state="detached")
    side(tab, "lt-settings")
    tab.wait_for_function(
        "document.querySelector('#lt-settings input[type=number]')?.value === '60'", timeout=15000
    )
    assert not tab.is_checked("#lt-settings label:has-text('numbers') input")
    tab.click("#lt-reset")
    tab.wait_for_selector("#lt-settings label:has-text('numbers') input:checked")


def test_a_lost_connection_is_told_and_the_answer_found(
    browser: Any, served: Page, view: tuple[int, str]
) -> None:
    with line_to(served.url) as line:
        near = Page(line.url, served.handlers, served.assistant, served.home)
        context, made = arrive(browser, near, view)
        ask(made, TOTAL, picture(91, side=120))
        made.wait_for_selector("#lt-log .thought-group")
        made.wait_for_function("location.hash.startsWith('#chat=')")
        line.cut()
        made.wait_for_selector("text=/connection .*lost/i")
        wait_until(lambda: served.handlers.live_answers.running == 0)
        line.mend()
        assert "8.20" in answers(made, 1).inner_text()
        line.cut()
        ask(made, "Did this arrive?")
        made.wait_for_selector("text=/connection .*lost/i")
        line.mend()
        made.wait_for_function(
            "document.querySelector('#lt-composer textarea')?.value === 'Did this arrive?'"
        )
        answers(made, 1)
        context.close()


def test_the_page_speaks_the_language_of_the_browser(browser: Any, served: Page) -> None:
    context, made = arrive(browser, served, locale="fr-FR")
    made.wait_for_selector("#lt-new:has-text('Nouvelle')")
    assert made.evaluate("document.documentElement.lang") == "fr"
    made.click(".lt-prompts summary")
    made.click(".lt-prompt:has-text('cinq phrases')")
    assert "cinq phrases" in made.input_value("#lt-composer textarea")
    context.close()
