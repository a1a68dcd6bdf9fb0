"""Tables from documents in a real browser: read, reviewed value by value, kept, and taken along."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice import RecordFile
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.records import RecordLinesFormat, record_tasks
from looktwice.agent.batch.runner import Batch, BatchOptions
from looktwice.agent.batch.worker import Worker
from looktwice.agent.extraction.records.reviewing.reviews import reviews_beside
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import BadInput, UsageError
from looktwice.settings import DocumentLimits
from looktwice.ui.web.records.form import OWN_FIELDS, SourceChoices, chosen_schema
from looktwice.ui.web.uploads import NamedFile
from openpyxl import load_workbook

from ....agent.batch import batch_kit as bk
from ....agent.extraction.records.record_kit import invoice_pdf, reader
from ....agent.kit import picture
from ..browser_kit import CHROMIUM, VIEWS, arrive, choose, fold, settle, side
from ..kit import exchange
from ..page_kit import Page, page, wait_until
from ..test_browser_takeaway import saved

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

WORDS = "number, iban: iban, total: money, lines[]: name, quantity: number, amount: money"
ROWS = [("* =1+1", "2", "1.50"), ("* Hook", "12", "14.40"), ("total:", "15.90")]
WRONG, RIGHT = "DE89370400440532013001", "DE89370400440532013000"


def write_documents(folder: Path) -> list[Path]:
    """A bill that is sure, one with a misread IBAN, and a file that is none."""
    folder.mkdir()
    broken = folder / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    return [
        invoice_pdf(folder / "sure.pdf", "B-1", ROWS),
        invoice_pdf(folder / "unsure.pdf", "B-2", [("iban:", WRONG)], ROWS),
        broken,
    ]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `looktwice extract -o` wrote of them."""
    home = tmp_path_factory.mktemp("records")
    schema, output = schema_of_words(WORDS), home / "bills.jsonl"
    settings = bk.settings_in(home / "home")
    tasks = record_tasks(schema, write_documents(home / "bills"), DocumentLimits())
    with Batch(tasks, output, settings, BatchOptions(), RecordLinesFormat(schema)) as batch:
        engine = LocalEngine(Worker(bk.assistant_on(settings, reader())))
        batch.run(engine)
        engine.close()
    return output


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, lines: Path) -> Iterator[Page]:
    with page(
        tmp_path_factory.mktemp("page"), reader(delay=0.02), records=[RecordFile(lines)]
    ) as made:
        yield made


def to_records(tab: Any) -> None:
    side(tab)
    tab.click(".lt-to-records")
    fold(tab)
    tab.wait_for_selector(".lt-kept")


def open_table(tab: Any, name: str = "bills.jsonl") -> None:
    to_records(tab)
    tab.click(f".lt-open-records:has-text('{name}')")
    tab.wait_for_selector(".lt-grid")


def cell(row: str, path: str) -> str:
    return f".lt-row:has(th:has-text('{row}')) .lt-cell[data-path='{path}']"


def test_an_unsure_value_is_found_put_right_and_kept(tab: Any, lines: Path) -> None:
    reviews_beside(lines).unlink(missing_ok=True)  # of the same test in another view
    open_table(tab)
    assert "broken.pdf" in tab.inner_text(".lt-failures")
    assert tab.inner_text(".lt-row th >> nth=0").startswith(
        "unsure.pdf"
    )  # what is unsure comes first
    tab.click(".lt-state-bar .lt-next")
    tab.wait_for_selector(".lt-value .lt-why-unsure")
    box = tab.wait_for_selector(".lt-viewer .lt-cited").bounding_box()
    image = tab.query_selector(".lt-viewer .lt-canvas img").bounding_box()
    assert (box["x"] - image["x"]) / image["width"] == pytest.approx(190 / 612, abs=0.02)
    assert (box["y"] - image["y"]) / image["height"] == pytest.approx(62 / 792, abs=0.02)
    tab.wait_for_function("document.querySelector('.lt-value .lt-cut').naturalWidth > 0")

    tab.fill(".lt-entry", "much")
    tab.press(".lt-entry", "Enter")
    tab.wait_for_selector(".lt-wrong-type:has-text('check digits')")
    assert not reviews_beside(lines).exists()
    tab.fill(".lt-entry", RIGHT)
    tab.press(".lt-entry", "Enter")
    tab.wait_for_selector(".lt-value:has-text('Corrected:')")
    assert WRONG in tab.inner_text(".lt-value q")
    tab.wait_for_selector(".lt-state-bar:has-text('nothing unsure')")
    tab.keyboard.press("Escape")

    tab.reload()
    settle(tab)
    kept = tab.wait_for_selector(f"{cell('unsure.pdf', 'iban')}.lt-is-corrected")
    assert kept.inner_text().startswith(RIGHT)
    (field,) = [one.fields["iban"] for one in RecordFile(lines) if "unsure" in one.document]
    assert (field.value, field.review.found if field.review else None) == (RIGHT, WRONG)
    book = load_workbook(io.BytesIO(saved(tab, ".lt-records-head .lt-menu", "XLSX")))
    assert [c.value for c in book["lines"]["D"][1:3]] == ["'=1+1", "Hook"]
    text = saved(tab, ".lt-records-head .lt-menu", "CSV").decode("utf-8-sig")
    assert RIGHT in text
    assert WRONG not in text


def test_the_table_is_gone_through_by_keyboard(tab: Any, lines: Path) -> None:
    open_table(tab)
    tab.focus(".lt-grid .lt-cell[tabindex='0']")
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")  # the rows of the list unfold
    tab.wait_for_selector(".lt-inner:not([hidden])")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.dataset.path") == "lines[1].name"
    tab.keyboard.press("c")
    tab.wait_for_selector(".lt-is-confirmed[data-path='lines[1].name']:focus")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".lt-value .lt-withdraw")
    tab.wait_for_selector(".lt-viewer .lt-cited")
    tab.click(".lt-withdraw")
    tab.wait_for_selector(".lt-value:not(:has(.lt-withdraw))")
    tab.keyboard.press("Escape")
    assert not tab.is_visible(".lt-viewer")
    assert tab.evaluate("document.activeElement.dataset.path") == "lines[1].name"


def test_a_line_is_added_removed_and_put_back(tab: Any, lines: Path) -> None:
    reviews_beside(lines).unlink(missing_ok=True)
    open_table(tab)
    tab.click(".lt-row:has(th:has-text('sure.pdf')) .lt-rows >> nth=0")
    inner = ".lt-inner:not([hidden])"
    tab.click(f"{inner} .lt-line[data-how=add]")
    tab.wait_for_selector(f"{inner} .lt-now[data-path='lines[2].name']")
    tab.fill(".lt-entry", "Freight")
    tab.press(".lt-entry", "Enter")
    tab.wait_for_selector(f"{inner} [data-path='lines[2].name']:has-text('Freight')")
    tab.click(f"{inner} tr:has-text('Hook') .lt-line[data-how=remove]")
    gone = tab.wait_for_selector(f"{inner} .lt-gone").inner_text()
    assert "Hook · 12 · 14.40" in gone
    assert "Put it back" in gone
    tab.reload()
    settle(tab)
    found = {
        tuple(r["name"] for r in one.record["lines"]) for one in RecordFile(lines) if one.record
    }
    assert ("=1+1", "Freight") in found
    tab.click(".lt-row:has(.lt-rows:has-text('2 rows')) .lt-rows >> nth=0")
    tab.click(f"{inner} .lt-line[data-how=restore]")
    tab.wait_for_selector(f"{inner} [data-path='lines[1].name']:has-text('Hook')")
    reviews_beside(lines).unlink()


def test_documents_are_read_into_a_table_stopped_and_gone_on_with(
    browser: Any, served: Page, tmp_path: Path, view: tuple[int, str]
) -> None:
    context, made = arrive(browser, served, view)
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    owner = served.handlers.authentication.owner(cookies)
    assert owner is not None
    files = write_documents(tmp_path / "bills")
    served.handlers.documents.add(owner, [NamedFile(p, p.name) for p in files[:2]])
    to_records(made)
    choose(made, "#lt-schema", "own fields")
    made.fill("#lt-fields textarea", "number: gold")
    made.click("#lt-start")
    made.wait_for_selector("#lt-records-said :has-text('gold')")
    made.fill("#lt-fields textarea", WORDS)
    made.click("#lt-start")
    made.wait_for_selector(".lt-records-head")
    made.click(".lt-run[data-how=stop]")
    runs = served.handlers.records.runs
    wait_until(lambda: all(run.done.is_set() for run in runs._runs.values()))
    made.reload()  # it has an address
    settle(made)
    made.click(".lt-run[data-how=resume]")
    made.wait_for_selector(".lt-state-bar:has-text('2 of 2 documents')")
    made.wait_for_selector(".lt-state-bar:not(:has(.lt-at-work))")
    assert made.inner_text(cell("sure.pdf", "total")).startswith("15.90")
    made.click(cell("unsure.pdf", "iban"))
    made.wait_for_selector(
        ".lt-doc[data-document='unsure.pdf'] .lt-cited"
    )  # in the viewer, to be turned
    made.keyboard.press("Escape")

    address = f"{served.url}/see/records/{made.url.rpartition('=')[2]}"
    other_context, other = arrive(browser, served, view)
    assert made.request.get(f"{address}/table").status == 200
    assert other.request.get(f"{address}/table").status == 404
    assert other.request.post(f"{address}/change", data={"how": "remove"}).status == 404
    other_context.close()
    context.close()


def test_what_can_be_read_and_how_is_checked(served: Page) -> None:
    store, history = served.assistant.store, served.handlers.history
    shown = store.add(picture(7), "receipt.png")
    asked = exchange("What is it?").model_copy(update={"pictures": (shown,)})
    chat = history.add("visitor a", None, asked)
    choices = SourceChoices(served.handlers.documents, history, store)
    ((label, value),) = choices.offered("visitor a", chat)
    (source,) = choices.chosen("visitor a", [value])
    assert label == source.name == "receipt.png"
    assert Path(source.path).is_file()
    for owner, chosen in (("visitor b", [value]), ("visitor a", [])):  # another's; no documents yet
        with pytest.raises(UsageError, match="no documents"):
            choices.chosen(owner, chosen)
    own = '{"type": "object", "properties": {"a": {"type": "string"}}}'
    assert list(chosen_schema(OWN_FIELDS, own)["properties"]) == ["a"]
    for choice, words in ((OWN_FIELDS, "{"), (OWN_FIELDS, " "), ("/etc/passwd", ""), (None, "a")):
        with pytest.raises(UsageError):
            chosen_schema(choice, words)


def test_a_file_of_somebody_shows_no_files_of_this_machine(served: Page, lines: Path) -> None:
    """What a .jsonl from elsewhere names is looked for among the documents only."""
    library = served.handlers.records.library
    kept = library.keep("visitor c", lines, "theirs.jsonl")
    assert (kept.about.title, len(kept.file)) == ("theirs", 3)
    line = kept.file.lines[0]
    assert Path(line.file).is_file()
    assert not kept.may_draw(line.file)
    assert [one.about.title for one in library.every("visitor c")] == ["theirs", "bills.jsonl"]
    library.rename("visitor c", kept.id, "Bills of May")
    assert library.get("visitor c", kept.id).about.title == "Bills of May"
    with pytest.raises(BadInput):
        library.get("visitor d", kept.id)
    library.remove("visitor c", kept.id)
    with pytest.raises(BadInput):
        library.get("visitor c", kept.id)


def test_nobody_is_shut_out_of_the_table(browser: Any, served: Page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context, made = arrive(browser, served)
    made.add_style_tag(content="* { transition: none !important }")
    open_table(made)
    made.click(".lt-rows >> nth=0")
    found = []
    for place in ("table", "value", "form"):
        if place == "value":
            made.click(cell("unsure.pdf", "total"))
            made.wait_for_selector(".lt-viewer .lt-cited")
        elif place == "form":
            made.keyboard.press("Escape")
            made.click(".lt-all-records")
            made.wait_for_selector(".lt-kept")
            choose(made, "#lt-schema", "own fields")
        widths = [390] if place == "table" else sorted({width for width, _ in VIEWS})
        for width in widths:  # wide, the table stands beside the value
            made.set_viewport_size({"width": width, "height": 860})
            for colour in ("dark", "light"):
                made.evaluate("document.body.classList.toggle('dark')")
                found += [
                    (place, width, colour, item["id"], node["html"][:120])
                    for item in axe.run(made).response["violations"]
                    if item["impact"] in ("serious", "critical")
                    for node in item["nodes"]
                ]
            assert made.evaluate("document.documentElement.scrollWidth") <= width
        made.set_viewport_size({"width": 1280, "height": 860})
    context.close()
    assert not found, "\n".join(map(str, dict.fromkeys(found)))
