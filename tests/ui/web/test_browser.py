"""The chat page in a real browser: Chromium, headless, on the scripted model with instant experts."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from looktwice.agent.assistant import Assistant
from looktwice.media.store import Store
from looktwice.ui.web.app import mount

from ...agent.kit import EndlessModel, Script, instant_experts, picture, reading
from ...retrieval.pdf_kit import Pdf, Sheet, text
from .page_kit import Page, page, serving, wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
TOTAL = "What is the total on this receipt?"
EVIL = "<img src=x onerror=alert(1)><script>window.bad=1</script>"
WAIT = 60_000
"""Milliseconds; only a failure waits so long."""


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
    """One page for all tests; each test is a visitor of its own."""
    experts = instant_experts(
        read=lambda p: reading("Corner Shop", EVIL, "Cash 10.00", "Total 8.20")
    )
    home = tmp_path_factory.mktemp("page")
    limits = {"upload_bytes": 200_000, "questions_per_minute": 1000}
    with page(home, Script().model(delay=0.2), experts, limits) as made:
        yield made


@pytest.fixture
def tab(browser: Any, served: Page) -> Iterator[Any]:
    context, made = arrive(browser, served)
    yield made
    context.close()


def arrive(browser: Any, served: Page, **how: Any) -> tuple[Any, Any]:
    """A visitor with cookies of their own; every request beyond this machine is noted."""
    how.setdefault("viewport", {"width": 1280, "height": 860})
    context = browser.new_context(**how)
    context.set_default_timeout(WAIT)
    made = context.new_page()
    made.elsewhere = []
    made.on("request", lambda r: made.elsewhere.append(r.url) if beyond(r.url) else None)
    made.goto(served.url)
    made.wait_for_selector(".lt-example", state="attached")
    made.wait_for_selector("#lt-chats .lt-none, #lt-chats li", state="attached")
    return context, made


def beyond(url: str) -> bool:
    return not re.match(r"(data|blob|about):|http://127\.0\.0\.1:", url)


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


def test_a_question_with_a_picture_from_the_first_step_to_the_marked_box(tab: Any) -> None:
    tab.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          const title = document.querySelector('#lt-log .thought-group .title')?.innerText || '';
          const words = document.querySelector('#lt-log .lt-live')?.innerText || '';
          const now = title + '|' + words;
          if (window.seen.at(-1) !== now) window.seen.push(now);
        }).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""
    )
    ask(tab, TOTAL, picture(30, side=120))
    last = answers(tab, 1)
    titles = [s.split("|")[0] for s in tab.evaluate("window.seen")]
    assert any("Reading text" in t for t in titles)
    assert any("Checking" in t or "Writing" in t for t in titles)
    assert len(set(titles)) >= 3  # one after another, while it happened
    assert any(s.split("|")[1] for s in tab.evaluate("window.seen"))
    assert "8.20" in last.inner_text()
    assert "% sure" in last.inner_text().replace("\u00a0", " ")

    # Hovering the citation marks its source, which shows a cut of the place; the box in the viewer
    # lies on the words: line 3, y 30 to 38 of 120.
    tab.hover("#lt-log .lt-cite")
    source = tab.wait_for_selector("#lt-log .lt-source.lt-hot")
    tab.wait_for_function("document.querySelector('#lt-log .lt-cut').naturalWidth > 100")
    assert "Total 8.20" in source.inner_text()
    tab.click("#lt-log .lt-cite")
    box = tab.wait_for_selector(".lt-viewer .lt-cited")
    assert "Total 8.20" in tab.inner_text(".lt-quote")
    check_place(tab, box, ".lt-viewer .lt-canvas img")
    tab.keyboard.press("Escape")
    assert not tab.is_visible(".lt-viewer")

    # What was read is shown as it is; nothing in it ran.
    tab.click("#lt-log .thought-group .title")
    tab.click("#lt-log .lt-step summary:has-text('Reading text')")
    assert EVIL in tab.inner_text("#lt-log .lt-outcome:visible")
    assert tab.evaluate("window.bad") is None
    assert tab.elsewhere == []


def check_place(tab: Any, box: Any, image: str) -> None:
    """The box covers y 30 to 38 and x 0 to 60 of a picture of 120 x 120."""
    place, whole = box.bounding_box(), tab.query_selector(image).bounding_box()
    for got, expected in (
        ((place["y"] - whole["y"]) / whole["height"], 30 / 120),
        (place["height"] / whole["height"], 8 / 120),
        ((place["x"] - whole["x"]) / whole["width"], 0.0),
        (place["width"] / whole["width"], 60 / 120),
    ):
        assert got == pytest.approx(expected, abs=0.015)


def test_follow_up_edit_again_past_chats_and_download(tab: Any) -> None:
    ask(tab, TOTAL, picture(60))
    answers(tab, 1)
    ask(tab, "And what is the total again?")
    answers(tab, 2)
    tab.click(".lt-edit >> nth=0")
    tab.wait_for_selector(".lt-chip:has-text('Changing question 1')")
    assert tab.input_value("#lt-composer textarea") == TOTAL
    tab.fill("#lt-composer textarea", "What is the total now?")
    tab.press("#lt-composer textarea", "Enter")
    tab.wait_for_selector(".lt-ask:has-text('total now')")
    answers(tab, 1)  # what followed was replaced
    tab.click(".lt-again")
    tab.wait_for_selector("#lt-log .lt-badge", state="detached")
    answers(tab, 1)
    tab.click("#lt-new")
    tab.wait_for_selector(".lt-example")
    tab.fill("#lt-find input, #lt-find textarea", "nothing has these words")
    tab.wait_for_selector("text=No chat has these words.")
    tab.fill("#lt-find input, #lt-find textarea", "total")
    tab.click("#lt-chats .lt-open")
    answers(tab, 1)
    tab.click(".lt-head .lt-menu summary")
    with tab.expect_download() as got:
        tab.click(".lt-head a:has-text('Markdown')")
    taken = Path(got.value.path()).read_text()
    assert "What is the total now?" in taken
    assert "8.20" in taken


def test_a_part_of_a_picture_is_drawn_and_asked_about(tab: Any, served: Page) -> None:
    ask(tab, TOTAL, picture(90, side=200))
    answers(tab, 1)
    tab.click(".lt-ask .lt-figure")
    stage = tab.wait_for_selector(".lt-viewer .lt-draw")
    area = stage.query_selector("img").bounding_box()
    tab.mouse.move(area["x"] + area["width"] * 0.25, area["y"] + area["height"] * 0.25)
    tab.mouse.down()
    tab.mouse.move(area["x"] + area["width"] * 0.75, area["y"] + area["height"] * 0.5, steps=4)
    tab.mouse.up()
    tab.wait_for_selector(".lt-chip:has-text('A part of receipt.png')")
    ask(tab, TOTAL)
    answers(tab, 2)
    owner = served.handlers.history._db.execute(
        "SELECT owner FROM chats ORDER BY updated DESC"
    ).fetchone()
    chat = served.handlers.history.find(owner[0])[0]
    exchange = served.handlers.history.exchanges(owner[0], chat.id)[1]
    assert exchange.region is not None
    assert exchange.region.xyxy == pytest.approx((50, 50, 150, 100), abs=3)
    assert exchange.sent_pictures[0].original == exchange.pictures[0].sha256


def test_a_picture_from_the_camera_is_asked_about(tab: Any) -> None:
    tab.click("#lt-camera")
    tab.wait_for_selector("#lt-photo")
    tab.click("#lt-camera")  # not now
    tab.wait_for_selector("#lt-photo", state="detached")
    tab.click("#lt-camera")
    tab.click("#lt-photo >> text=Click to Access Webcam")
    tab.wait_for_function(
        "(v => v && v.readyState >= 2 && v.videoWidth > 0)(document.querySelector('#lt-photo video'))"
    )
    tab.click("#lt-photo button[aria-label='capture photo']")
    tab.wait_for_selector(".lt-chip:has-text('camera.png')")
    tab.wait_for_selector("#lt-photo", state="detached")
    ask(tab, TOTAL)
    assert "8.20" in answers(tab, 1).inner_text()
    assert tab.get_attribute(".lt-ask img", "alt") == "camera.png"


def test_two_visitors_see_nothing_of_each_other(browser: Any, served: Page, tab: Any) -> None:
    ask(tab, TOTAL, picture(120))
    answers(tab, 1)
    address = tab.get_attribute(".lt-ask img", "src")
    named = tab.wait_for_selector(".lt-head[data-chat]:not([data-chat=''])", state="attached")
    chat = named.get_attribute("data-chat")
    context, other = arrive(browser, served)
    assert "Your chats will stand here." in other.inner_text("#lt-chats")
    assert other.query_selector("#lt-log .lt-answer") is None
    own = tab.url.partition("#")[0].rstrip("/")
    for path in (address, f"/see/chat/{chat}/0/c1", f"/see/export/{chat}/json"):
        path = path.removeprefix(own)
        assert tab.request.get(own + path).status == 200
        assert other.request.get(own + path).status == 404
    # A forged name of a chat in a message to the server opens nothing either.
    other.evaluate(
        f"""() => {{ const node = document.createElement('button');
        node.className = 'lt-do lt-open'; node.dataset.chat = '{chat}';
        document.body.append(node); node.click(); }}"""
    )
    other.wait_for_timeout(500)
    assert other.query_selector("#lt-log .lt-answer") is None
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/see/picture/..%2f..%2fchats.db",
        "/see/picture/" + "a" * 64,
        "/see/chat/x/0/c1",
        "/see/chat/x/0/zz",
        "/see/export/x/exe",
        "/see/page?document=../../etc/passwd&page=1",
        "/see/page?document=a&page=-1",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../etc/passwd",
        "/gradio_api/file={home}/chats.db",
        "/gradio_api/file={home}/store",
    ],
)
def test_nothing_outside_is_served(tab: Any, served: Page, path: str) -> None:
    answer = tab.request.get(served.url + path.format(home=served.home))
    assert answer.status in (400, 403, 404, 422)
    assert b"SQLite" not in answer.body()
    assert b"root:" not in answer.body()


def test_files_that_cannot_be_used_are_named_with_the_reason(tab: Any) -> None:
    put(tab, "broken.png", b"\x89PNG\r\n\x1a\n" + b"nothing")
    tab.wait_for_selector("#lt-composer .thumbnail-item")
    tab.fill("#lt-composer textarea", TOTAL)
    tab.press("#lt-composer textarea", "Enter")
    refusal = tab.wait_for_selector(".lt-refused").inner_text()
    assert "broken.png" in refusal
    assert tab.input_value("#lt-composer textarea") == TOTAL  # given back, to be asked again
    assert tab.is_visible("#lt-composer .submit-button")
    tab.reload()
    tab.wait_for_selector(".lt-example")
    put(tab, "large.png", b"\x89PNG" + b"x" * 300_000)
    tab.wait_for_selector("text=/exceed|large|size/i")


def test_the_panel_of_documents_adds_shows_finds_and_removes(tab: Any) -> None:
    tab.click("#lt-documents > button")
    with tab.expect_file_chooser() as chooser:
        tab.click("#lt-add")
    note = {
        "name": "lease.txt",
        "mimeType": "text/plain",
        "buffer": b"The lease ends on 3 May 2027.",
    }
    chooser.value.set_files(note)
    tab.wait_for_selector("#lt-docs li:has-text('lease.txt')")
    assert "1 added" in tab.inner_text("#lt-progress")
    tab.fill("#lt-search input, #lt-search textarea", "lease ends")
    tab.press("#lt-search input, #lt-search textarea", "Enter")
    tab.click("#lt-found .lt-page")
    tab.wait_for_selector(".lt-viewer:has-text('3 May 2027')")
    tab.click(".lt-close")
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.hover("#lt-docs li")
    tab.click("#lt-docs .lt-remove")
    tab.wait_for_selector("text=lease.txt is removed.")
    assert "No documents yet" in tab.inner_text("#lt-docs")


def test_a_chat_has_an_address_a_name_and_a_way_back(tab: Any, served: Page) -> None:
    ask(tab, TOTAL, picture(31, side=120))
    answers(tab, 1)
    tab.wait_for_function("location.hash.startsWith('#chat=')", timeout=WAIT)
    address = tab.url
    tab.click("#lt-new")
    tab.wait_for_function("location.hash === ''", timeout=WAIT)
    tab.goto("about:blank")
    tab.goto(address)
    answers(tab, 1)
    assert tab.url == address

    tab.once("dialog", lambda dialog: dialog.accept("Receipts of May"))
    tab.hover("#lt-chats li.lt-on")
    tab.click("#lt-chats li.lt-on .lt-rename")
    tab.wait_for_selector("#lt-top h1:has-text('Receipts of May')")
    tab.hover("#lt-chats li.lt-on")
    tab.click("#lt-chats li.lt-on .lt-forget")
    tab.click("#lt-chats .lt-restore")
    tab.wait_for_selector("#lt-chats li:has-text('Receipts of May')")
    assert tab.elsewhere == []


def test_stop_ends_the_model_of_this_visitor_only(browser: Any, tmp_path: Path) -> None:
    model = EndlessModel(Script())
    with page(tmp_path, model, page_limits={"running": 2}) as served:
        context, first = arrive(browser, served)
        ask(first, TOTAL, picture(10))
        first.wait_for_selector("#lt-log .lt-live")
        first.click("#lt-composer .stop-button")
        assert "Stopped" in answers(first, 1).inner_text()
        assert model.stopped.wait(10)
        wait_until(lambda: served.handlers.live_answers.running == 0)
        assert not any(t.name == "looktwice-run" for t in threading.enumerate())
        uploads = served.assistant.settings.uploads_dir
        wait_until(lambda: not [p for p in uploads.rglob("*") if p.is_file()])

        # Who goes elsewhere, or loads the page again, finds it at work, with its stop button.
        first.wait_for_selector("#lt-composer .submit-button")
        model.stopped.clear()
        ask(first, TOTAL)
        first.wait_for_selector("#lt-log .lt-live")
        first.click("#lt-new")
        first.wait_for_selector(".lt-example")
        assert first.is_visible("#lt-composer .submit-button")
        first.click("#lt-chats li:has(.lt-at-work) .lt-open")
        first.wait_for_selector("#lt-log .lt-live")
        assert not model.stopped.is_set()
        first.reload()
        first.wait_for_selector("#lt-log .lt-live")
        first.click("#lt-composer .stop-button")
        assert "Stopped" in answers(first, 2).inner_text()
        assert model.stopped.wait(10)
        wait_until(lambda: served.handlers.live_answers.running == 0)
        first.wait_for_selector("#lt-composer .submit-button")
        context.close()


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
    tab.click("#lt-documents > button")
    with tab.expect_file_chooser() as chooser:
        tab.click("#lt-add")
    chooser.value.set_files(
        {"name": "lease.pdf", "mimeType": "application/pdf", "buffer": three_pages()}
    )
    tab.click("#lt-docs .lt-page", timeout=4 * WAIT)  # PDFs are read in a process of their own
    tab.wait_for_selector("#lt-scope")  # it can be chosen for a question
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
    assert tab.elsewhere == []


def test_an_answer_is_marked_and_saved(tab: Any, served: Page) -> None:
    ask(tab, TOTAL, picture(77, side=120))
    answers(tab, 1)
    tab.wait_for_selector(".lt-head[data-chat]:not([data-chat=''])", state="attached")
    tab.click("#lt-log .lt-wrong")
    tab.fill("#lt-log .lt-why input", "8.30")
    tab.click("#lt-log .lt-why button")
    wait_until(lambda: [f.words for f in served.handlers.feedback.every()] == ["8.30"])
    tab.click("#lt-log .lt-foot .lt-menu summary")
    with tab.expect_download() as got:
        tab.click("#lt-log .lt-foot .lt-menu a:has-text('HTML')")
    assert "data:image/" in Path(got.value.path()).read_text()


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_nobody_is_shut_out_and_nothing_scrolls_sideways(
    browser: Any, served: Page, width: int
) -> None:
    """Axe finds nothing serious, light and dark, on the page with an answer and its view open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context, made = arrive(browser, served, viewport={"width": width, "height": 860})
    made.evaluate(
        "innerWidth < 900 && document.querySelector('.sidebar.open .toggle-button')?.click()"
    )
    ask(made, TOTAL, picture(20 + width % 50, side=120))
    answers(made, 1)
    # Colours half way from light to dark, as on a slow machine, are nobody's.
    made.add_style_tag(content="* { transition: none !important }")
    found = []
    for step in ("page", "view"):
        if step == "view":
            made.click("#lt-log .lt-cite")
            made.wait_for_selector(".lt-viewer .lt-cited")
        for _ in ("light", "dark"):
            made.evaluate("document.body.classList.toggle('dark')")
            report = axe.run(made).response
            found += [
                (step, item["id"], node["html"][:120])
                for item in report["violations"]
                if item["impact"] in ("serious", "critical")
                for node in item["nodes"]
            ]
        assert made.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert not found, "\n".join(map(str, dict.fromkeys(found)))


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_cut_on_a_phone(browser: Any, served: Page, dark: bool) -> None:
    context, phone = arrive(
        browser,
        served,
        viewport={"width": 390, "height": 800},
        color_scheme="dark" if dark else "light",
    )
    assert phone.evaluate("document.body.classList.contains('dark')") == dark
    phone.evaluate("document.querySelector('.sidebar.open .toggle-button')?.click()")
    phone.wait_for_timeout(500)
    ask(phone, TOTAL, picture(150, side=120))
    answers(phone, 1)
    wide = phone.evaluate(
        """() => [...document.querySelectorAll('#lt-main *')].filter((node) => {
          const box = node.getBoundingClientRect();
          return box.width > 0 && box.right > innerWidth + 1 && !node.closest('.sr-only');
        }).map((node) => node.className)"""
    )
    assert wide == []
    image, canvas = (
        phone.query_selector(f"#lt-log .lt-ask {name}").bounding_box()
        for name in (".lt-canvas img", ".lt-canvas")
    )
    for side in ("width", "height"):  # it fills its place
        assert image[side] == pytest.approx(canvas[side], abs=1)
    phone.click("#lt-log .lt-cite")
    pane = phone.wait_for_selector(".lt-viewer").bounding_box()
    assert (round(pane["x"]), round(pane["width"])) == (0, 390)
    assert not phone.is_visible(".sidebar .toggle-button")  # it would lie on the title
    context.close()


def test_store_files_are_reached_by_hash_only(served: Page, tab: Any) -> None:
    ask(tab, TOTAL, picture(200))
    answers(tab, 1)
    sha256 = tab.get_attribute(".lt-ask img", "src").rsplit("/", 1)[1]
    answer = tab.request.get(f"{served.url}/see/picture/{sha256}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert isinstance(served.assistant.store, Store)
    assert tab.request.get(f"{served.url}/see/picture/{sha256[:-1]}").status == 404


@pytest.mark.weights
def test_an_example_is_answered_by_the_starter_pack(browser: Any, starter_settings: Any) -> None:
    with Assistant(starter_settings) as assistant:
        app = FastAPI()
        handlers = mount(app, assistant)
        with serving(app) as url:
            context, made = arrive(browser, Page(url, handlers, assistant, starter_settings.home))
            made.set_default_timeout(240_000)
            made.click(".lt-example:has-text('total')")
            made.wait_for_selector("#lt-log .lt-badge")
            assert "33.64" in made.inner_text("#lt-log .lt-words")
            made.click("#lt-log .lt-cite")
            box = made.wait_for_selector(".lt-viewer .lt-cited").bounding_box()
            whole = made.query_selector(".lt-viewer .lt-canvas img").bounding_box()
            middle = (box["y"] + box["height"] / 2 - whole["y"]) / whole["height"]
            assert middle == pytest.approx(0.63, abs=0.03)  # the line of the total
            context.close()
