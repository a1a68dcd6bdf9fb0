"""The chat page in a real browser: asking, what an answer shows, and the page at every width."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from looktwice.agent.assistant import Assistant
from looktwice.media.store import Store
from looktwice.ui.web.app import mount
from looktwice.ui.web.feedback import Feedback

from ...agent.kit import EndlessModel, Script, picture
from .browser_kit import CHROMIUM, TOTAL, VIEWS, answers, arrive, ask, fold, put, settle, side
from .conftest import EVIL
from .page_kit import Page, page, serving, wait_until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


def test_a_question_with_a_picture_from_the_first_step_to_the_marked_box(
    tab: Any, served: Page
) -> None:
    tab.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          const now = document.querySelector('#lt-log .thought-group .title')?.innerText || '';
          if (window.seen.at(-1) !== now) window.seen.push(now);
        }).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""
    )
    model: Any = served.assistant._model
    model.go_on.clear()
    ask(tab, TOTAL, picture(30, side=120))
    assert "8.20" in tab.wait_for_selector("#lt-log .lt-live").inner_text()
    model.go_on.set()
    last = answers(tab, 1)
    titles = tab.evaluate("window.seen")
    assert any("Reading text" in t for t in titles)
    assert any("Checking" in t or "Writing" in t for t in titles)
    assert len(set(titles)) >= 3  # one after another, while it happened
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
    tab.click("#lt-log .lt-step summary:has-text('Reading text: picture')")
    assert any(
        EVIL in text for text in tab.locator("#lt-log .lt-outcome:visible").all_inner_texts()
    )
    assert tab.evaluate("window.bad") is None


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
    top, question = (
        tab.query_selector_all(place)[-1].bounding_box()["y"]
        for place in ("#lt-log .panel-wrap", "#lt-log .lt-ask")
    )
    assert 0 <= question - top < 80  # what was sent stands on top, its answer below it
    tab.click(".lt-edit >> nth=0")
    tab.wait_for_selector(".lt-chip:has-text('Changing question 1')")
    assert tab.input_value("#lt-composer textarea") == TOTAL
    tab.fill("#lt-composer textarea", "What is the total now?")
    tab.press("#lt-composer textarea", "Enter")
    tab.wait_for_selector(".lt-ask:has-text('total now')")
    answers(tab, 1)  # what followed was replaced
    tab.click(".lt-again")
    tab.wait_for_function("!document.querySelector('#lt-log .lt-badge')")
    answers(tab, 1)
    side(tab)
    tab.click("#lt-new")
    tab.wait_for_selector(".lt-example", state="attached")
    side(tab)
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


def test_nothing_outside_is_served(tab: Any, served: Page) -> None:
    for path in (
        "/see/picture/..%2f..%2fchats.db",
        "/see/picture/" + "a" * 64,
        "/see/chat/x/0/c1",
        "/see/chat/x/0/zz",
        "/see/export/x/exe",
        "/see/page?document=../../etc/passwd&page=1",
        "/see/page?document=a&page=-1",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../etc/passwd",
        f"/gradio_api/file={served.home}/chats.db",
        f"/gradio_api/file={served.home}/store",
    ):
        answer = tab.request.get(served.url + path)
        assert answer.status in (400, 403, 404, 422), path
        assert b"SQLite" not in answer.body()
        assert b"root:" not in answer.body()


def test_files_that_cannot_be_used_are_named_with_the_reason(tab: Any) -> None:
    put(tab, "broken.png", b"\x89PNG\r\n\x1a\n" + b"nothing")
    tab.wait_for_selector("#lt-composer .thumbnail-item")
    tab.fill("#lt-composer textarea", TOTAL)
    tab.press("#lt-composer textarea", "Enter")
    refusal = tab.wait_for_selector(".lt-refused").inner_text()
    assert "broken.png" in refusal
    back = f"document.querySelector('#lt-composer textarea').value === '{TOTAL}'"
    tab.wait_for_function(back)  # to be asked again
    tab.wait_for_selector("#lt-composer .submit-button")
    tab.reload()
    settle(tab)
    put(tab, "large.png", b"\x89PNG" + b"x" * 300_000)
    tab.wait_for_selector("text=/exceed|large|size/i")


def test_stop_ends_the_model_of_this_visitor_only(
    browser: Any, tmp_path: Path, view: tuple[int, str]
) -> None:
    model = EndlessModel(Script())
    with page(tmp_path, model, page_limits={"running": 2}) as served:
        context, first = arrive(browser, served, view)
        ask(first, TOTAL, picture(10))
        first.wait_for_selector("#lt-log .lt-live")
        first.wait_for_selector("#lt-chats .lt-at-work", state="attached")  # its chat is listed
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
        side(first)
        first.click("#lt-new")
        first.wait_for_selector(".lt-example", state="attached")
        fold(first)
        assert first.is_visible("#lt-composer .submit-button")
        side(first)
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


def given(served: Page) -> list[Feedback]:
    """What everybody thought of answers so far."""
    return served.handlers.feedback.every()


def test_an_answer_is_marked_and_saved(tab: Any, served: Page) -> None:
    ask(tab, TOTAL, picture(77, side=120))
    answers(tab, 1)
    tab.wait_for_selector(".lt-head[data-chat]:not([data-chat=''])", state="attached")
    before = len(given(served))
    tab.click("#lt-log .lt-wrong")
    tab.fill("#lt-log .lt-why input", "8.30")
    tab.click("#lt-log .lt-why button")
    wait_until(lambda: [f.words for f in given(served)[before:]] == ["8.30"])
    tab.click("#lt-log .lt-foot .lt-menu summary")
    with tab.expect_download() as got:
        tab.click("#lt-log .lt-foot .lt-menu a:has-text('HTML')")
    assert "data:image/" in Path(got.value.path()).read_text()


def test_nobody_is_shut_out_and_nothing_scrolls_sideways(browser: Any, served: Page) -> None:
    """Axe finds nothing serious at any width, light and dark: an answer, the side, prompts, a place."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context, made = arrive(browser, served)
    ask(made, TOTAL, picture(20, side=120))
    answers(made, 1)
    # Colours half way from light to dark, as on a slow machine, are nobody's.
    made.add_style_tag(content="* { transition: none !important }")
    found = []
    for width in dict.fromkeys(width for width, _ in VIEWS):
        made.set_viewport_size({"width": width, "height": 860})
        for step in ("answer", "side", "place"):
            show(made, step)
            for colour in ("dark", "light"):
                made.evaluate("document.body.classList.toggle('dark')")
                report = axe.run(made).response
                found += [
                    (width, step, colour, item["id"], node["html"][:120])
                    for item in report["violations"]
                    if item["impact"] in ("serious", "critical")
                    for node in item["nodes"]
                ]
            assert made.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert not found, "\n".join(map(str, dict.fromkeys(found)))


def show(tab: Any, step: str) -> None:
    """Show one of the states that axe looks at."""
    if step == "answer":
        tab.keyboard.press("Escape")
        fold(tab)
    elif step == "side":
        tab.click(".lt-prompts summary")
        side(tab, "lt-documents")
        side(tab, "lt-settings")
    else:
        fold(tab)
        tab.click("#lt-log .lt-cite")
        tab.wait_for_selector(".lt-viewer .lt-cited")


def test_nothing_is_cut(tab: Any, view: tuple[int, str]) -> None:
    """Formulas, tables, code and words without end keep inside."""
    width, colour = view
    assert tab.evaluate("document.body.classList.contains('dark')") == (colour == "dark")
    ask(tab, TOTAL, picture(150, side=120))
    answers(tab, 1)
    ask(tab, "Hello!")
    words = answers(tab, 2)
    tab.wait_for_function("document.querySelectorAll('#lt-log .katex').length === 2")
    assert "circle" in words.query_selector("td").inner_text()
    assert words.query_selector("pre code").inner_text().strip() == "print(1 < 2)"
    tab.click(".lt-prompts summary")
    wide = tab.evaluate(
        """() => [...document.querySelectorAll('#lt-main *')].filter((node) => {
          const box = node.getBoundingClientRect();
          return box.width > 0 && box.right > innerWidth + 1
            && !node.closest('.sr-only, pre, .katex-mathml');
        }).map((node) => node.className)"""
    )
    assert wide == []
    image, canvas = (
        tab.query_selector(f"#lt-log .lt-ask {name}").bounding_box()
        for name in (".lt-canvas img", ".lt-canvas")
    )
    for length in ("width", "height"):  # it fills its place
        assert image[length] == pytest.approx(canvas[length], abs=1)
    tab.click("#lt-log .lt-cite")
    pane = tab.wait_for_selector(".lt-viewer").bounding_box()
    if width < 900:
        assert (round(pane["x"]), round(pane["width"])) == (0, width)
        assert not tab.is_visible(".sidebar .toggle-button")  # it would lie on the title


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
