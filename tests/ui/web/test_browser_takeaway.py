"""The chat page in a real browser: what is taken along, another model, the queue, and folders."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from looktwice.schema import Evidence, Source
from looktwice.settings import Settings
from openpyxl import load_workbook

from ...agent.kit import EndlessModel, Script, make_assistant, picture
from .browser_kit import CHROMIUM, TOTAL, add_document, answers, arrive, ask, choose, fold, side
from .kit import answer, exchange
from .page_kit import Page, page, wait_until
from .test_models import FOUND

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

ROWS = (("item", "price"), ("Soup", "3.20"), ("=HYPERLINK(1)", "1.10"))


def show_chat(tab: Any, served: Page, **of: Any) -> None:
    """Put an answered question among the visitor's chats and open it."""
    cookies = {cookie["name"]: cookie["value"] for cookie in tab.context.cookies()}
    owner = served.handlers.authentication.owner(cookies)
    assert owner is not None
    made = exchange("What does it cost?").model_copy(update={"answer": answer(**of)})
    chat = served.handlers.history.add(owner, None, made)
    tab.evaluate(f"location.hash = 'chat={chat}'")
    tab.wait_for_selector(f".lt-head[data-chat='{chat}']", state="attached")
    tab.wait_for_selector("#lt-log .lt-badge")


def saved(tab: Any, menu: str, name: str) -> bytes:
    """What a link of a menu saves."""
    tab.click(f"{menu} summary")
    with tab.expect_download() as got:
        tab.click(f"{menu} a:has-text('{name}')")
    return Path(got.value.path()).read_bytes()


def test_an_answer_leaves_as_csv_xlsx_and_word(tab: Any, served: Page) -> None:
    table = "| item | price |\n| --- | --- |\n| Soup | 3.20 |"
    show_chat(tab, served, text=table, form="table", rows=ROWS)
    menu = "#lt-log .lt-foot .lt-menu"
    lines = saved(tab, menu, "CSV").decode("utf-8-sig").splitlines()
    assert lines == ["item,price", "Soup,3.20", "'=HYPERLINK(1),1.10"]
    sheet = load_workbook(io.BytesIO(saved(tab, menu, "XLSX"))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["B2"].value) == ("Soup", 3.2)
    words = Document(io.BytesIO(saved(tab, menu, "Word")))
    assert words.tables[0].cell(1, 0).text == "Soup"
    whole = Document(io.BytesIO(saved(tab, ".lt-head .lt-menu", "Word")))
    assert "What does it cost?" in "\n".join(p.text for p in whole.paragraphs)


def test_a_page_of_a_document_gives_its_table_and_a_decline_leads_to_its_pages(
    tab: Any, served: Page
) -> None:
    add_document(tab, "prices.csv", "text/csv", b"item,price\nSoup,3.20\nTea,1.10\n")
    tab.click("#lt-docs .lt-page")
    tab.wait_for_selector(".lt-viewer .lt-bar .lt-menu")
    assert "Soup,3.20" in saved(tab, ".lt-viewer .lt-bar .lt-menu", "CSV").decode("utf-8-sig")
    tab.click(".lt-close")
    fold(tab)
    found = Evidence(
        id="E1", kind="passage", text="Soup", source=Source(document="prices.csv", page=1)
    )
    show_chat(tab, served, status="declined", stop_reason="unsupported", evidence=[found])
    tab.click("#lt-log .lt-near a")
    tab.wait_for_selector(".lt-doc[data-document='prices.csv'][data-page='1']")


def test_a_folder_is_dropped_and_what_cannot_be_read_is_named(tab: Any, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    (folder / "old").mkdir(parents=True)
    (folder / "one.txt").write_text("The hall is 8 m high.")
    (folder / "old" / "two.txt").write_text("The tower is 60 m high.")
    (folder / "song.xyz").write_text("la la")
    (folder / ".hidden").write_text("no")
    drop_path(tab, "#lt-composer", folder)
    tab.wait_for_selector("#lt-docs li:has-text('two.txt')")
    assert tab.query_selector("#lt-docs li:has-text('one.txt')") is not None
    assert tab.inner_text(".lt-left-out").endswith("song.xyz")


def drop_path(tab: Any, place: str, path: Path) -> None:
    """Let a file or folder of the disk fall on a place, as a file manager does."""
    box = tab.query_selector(place).bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    wire = tab.context.new_cdp_session(tab)
    for kind in ("dragEnter", "dragOver", "drop"):
        wire.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def test_a_question_waits_in_the_queue_and_is_told_its_place(
    browser: Any, tmp_path: Path, view: tuple[int, str]
) -> None:
    model = EndlessModel(Script())
    with page(tmp_path, model, page_limits={"running": 1}) as served:
        visitors = [arrive(browser, served, view) for _ in range(3)]
        for number, (_, made) in enumerate(visitors):
            ask(made, TOTAL, picture(10 + number))
            if number == 0:
                made.wait_for_selector("#lt-log .lt-live")
                continue
            told = ("you are next", "1 before you")[number - 1]
            made.wait_for_selector(f"#lt-log .thought-group .title:has-text('{told}')")
        first, _, last = (made for _, made in visitors)
        last.click("#lt-composer .stop-button")  # before its turn
        last.wait_for_selector(".lt-refused:has-text('stopped')")
        first.click("#lt-composer .stop-button")
        live = served.handlers.live_answers
        wait_until(lambda: live.running == live.waiting == 0)
        for context, _ in visitors:
            context.close()


def test_another_model_is_chosen_loaded_and_asked(
    browser: Any, tmp_path: Path, view: tuple[int, str]
) -> None:
    def build(settings: Settings) -> Any:
        made = make_assistant(settings.home, Script({"draft": "Total 8.20"}))
        made.settings = settings
        return made

    with page(tmp_path) as served:
        served.handlers.models._build = build
        served.handlers.models._find = lambda: FOUND
        context, made = arrive(browser, served, view)
        side(made, "lt-settings")
        choose(made, "#lt-model", "ollama:read")
        fold(made)
        ask(made, TOTAL, picture(40))
        assert "Total 8.20" in answers(made, 1).inner_text()
        made.reload()  # it stays chosen
        side(made, "lt-settings")
        made.wait_for_function("document.querySelector('#lt-model input')?.value === 'ollama:read'")
        context.close()
