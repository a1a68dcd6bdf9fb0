"""The chat page in a real browser: two pictures that were compared, side by side and one over the other."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.tools.comparing import PictureComparer, compare_tool
from PIL import Image, ImageDraw

from ...agent.kit import instant_experts
from .browser_kit import CHROMIUM, VIEWS, answers, arrive, ask, put
from .page_kit import Page, page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

CHANGED = ((300, 60, 380, 130), (90, 200, 150, 260))


def scene(*, changed: bool) -> bytes:
    """A picture of some shapes, of which two look otherwise the second time."""
    image = Image.new("RGB", (480, 320), "#dfe8f2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 280, 480, 320), fill="#6d8b50")
    draw.ellipse((40, 40, 120, 120), fill="#e8c020")
    draw.polygon([(200, 280), (260, 150), (320, 280)], fill="#7a4a2a")
    for box, colour in zip(CHANGED, ("#c62828", "#1e50b4"), strict=True):
        draw.rectangle(box, fill="#1d7a3a" if changed else colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    home = tmp_path_factory.mktemp("page")
    settings = Settings(home=home)
    store = Store(settings.store_dir, settings.media)
    experts = [*instant_experts(), compare_tool(PictureComparer(store))]
    with page(home, experts=experts) as made:
        yield made


def open_view(tab: Any) -> None:
    """Ask what changed between the scene and the scene later, and open what was compared."""
    put(tab, "before.png", scene(changed=False))
    tab.wait_for_selector("#lt-composer .thumbnail-item")
    put(tab, "after.png", scene(changed=True))
    tab.wait_for_function("document.querySelectorAll('#lt-composer .thumbnail-item').length === 2")
    ask(tab, "What changed from the first picture to the second?")
    answers(tab, 1)
    tab.click("#lt-log .lt-beside")


def compare(tab: Any) -> None:
    """Open the view and wait until both sides and the one that slides are there."""
    open_view(tab)
    tab.wait_for_selector(".lt-viewer .lt-sides .lt-cited")
    tab.wait_for_function("document.querySelector('.lt-laid')?.naturalWidth > 0")


def test_what_changed_is_marked_in_both_and_one_slides_over_the_other(tab: Any) -> None:
    compare(tab)
    assert tab.locator(".lt-side:first-child .lt-cited").count() == len(CHANGED)
    assert tab.locator(".lt-side:last-child .lt-cited").count() == len(CHANGED)
    tab.hover(".lt-viewer .lt-sources li:nth-child(2) a")
    assert tab.locator(".lt-side .lt-hot").count() == 2, "its box in both"
    tab.focus(".lt-slide")
    tab.keyboard.press("Home")
    laid = "getComputedStyle(document.querySelector('.lt-laid')).clipPath"
    assert tab.evaluate(laid) == "inset(0px 0px 0px 0%)"
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate(laid) == "inset(0px 0px 0px 1%)"
    box = tab.locator(".lt-over .lt-canvas").bounding_box()
    middle = box["y"] + box["height"] / 2
    tab.mouse.click(box["x"] + box["width"] * 0.75, middle)
    assert tab.locator(".lt-slide").input_value() == "75"
    handle = tab.evaluate(HANDLE)
    assert handle == pytest.approx([0.75 * box["width"], box["height"] / 2], abs=2)
    slide_by_finger(tab, [(box["x"] + box["width"] * part, middle) for part in (0.75, 0.5, 0.25)])
    assert 23 <= int(tab.locator(".lt-slide").input_value()) <= 27


HANDLE = """() => {
  const look = getComputedStyle(document.querySelector('.lt-over .lt-canvas'), '::before');
  return [look.left, look.top].map((start) => parseFloat(start) + parseFloat(look.width) / 2);
}"""
"""The middle of what is seen of the slider, from the corner of the picture."""


def slide_by_finger(tab: Any, places: list[tuple[float, float]]) -> None:
    """Lay a finger on the first place, move it over the others, and take it away."""
    wire = tab.context.new_cdp_session(tab)
    for kind, (x, y) in zip(
        ("touchStart", *["touchMove"] * (len(places) - 1)), places, strict=True
    ):
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_where_there_is_no_common_scene_nothing_slides(tab: Any) -> None:
    tab.route("**/see/laid/**", lambda route: route.fulfill(status=404, body="nothing"))
    open_view(tab)
    tab.wait_for_selector(".lt-viewer .lt-sides")  # before that, nothing is there to be hidden
    tab.wait_for_selector(".lt-viewer .lt-over", state="hidden")
    assert tab.is_visible(".lt-viewer .lt-sides")


def test_axe_finds_nothing_in_the_view(browser: Any, served: Page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context, made = arrive(browser, served)
    compare(made)
    made.add_style_tag(content="* { transition: none !important }")
    found = []
    for width, colour in VIEWS:
        made.set_viewport_size({"width": width, "height": 860})
        made.evaluate(f"document.body.classList.toggle('dark', {str(colour == 'dark').lower()})")
        violations = axe.run(made).response["violations"]
        found += [
            (width, colour, v["id"]) for v in violations if v["impact"] in ("serious", "critical")
        ]
        assert made.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert found == []
