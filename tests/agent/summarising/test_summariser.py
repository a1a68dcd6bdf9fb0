"""Summaries of documents as they are asked for: read part by part, cited, kept, gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.errors import ModelError
from looktwice.schema import ToolProgress

from .. import kit
from .books import REPORT, KeepingIndex, page

FULL = "Summarise the report."
SAYS = {
    "Brandl Water": "Brandl Water supplies 41 villages.",
    "Pipes": "In 2021 the company laid 640 metres of new pipe.",
    "Prices": "Water costs 1.90 euros since January 2022.",
    "People": "Anna Okafor became director after Piet Lindqvist.",
}
WHOLE = "Brandl Water supplies 41 villages. Water costs 1.90 euros since January 2022."


class Writer:
    """Sums up each part rightly; counts what it read; fails at the part named."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fails_at = ""

    def part(self, messages: Sequence[Message]) -> str:
        named = messages[-1].text.split("part “")[1].split("”")[0]
        if self.fails_at and self.fails_at in named:
            raise ModelError("the model is gone")
        self.parts.append(named)
        return next(said for title, said in SAYS.items() if title in named)


Make = Callable[..., Assistant]


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def index() -> KeepingIndex:
    return KeepingIndex({"report.pdf": REPORT})


@pytest.fixture
def make(tmp_path: Path, index: KeepingIndex, writer: Writer) -> Iterator[Make]:
    opened: list[Assistant] = []

    def made(whole: str = WHOLE) -> Assistant:
        script = kit.Script(says={"summary_part": writer.part, "summary_whole": whole})
        opened.append(kit.make_assistant(tmp_path, script, index=index))
        return opened[-1]

    yield made
    for assistant in opened:
        assistant.close()


def test_the_whole_and_every_part_with_their_places(make: Make) -> None:
    answer = make().ask(FULL)
    assert (answer.status, answer.form, kit.ran(answer)) == ("answered", "summary", ["summarise"])
    assert answer.text.splitlines()[0] == WHOLE
    assert "- **Prices** (p. 2): Water costs 1.90 euros since January 2022." in answer.text
    assert all(said in answer.text for said in SAYS.values())
    for citation in answer.citations:
        assert citation.boxes
        assert (citation.quote != "", citation.known) == (True, "cited")
        assert citation.source.document == "report.pdf"
    okafor = next(c for c in answer.citations if "Okafor" in answer.text[c.start : c.end])
    assert "Anna Okafor became director" in okafor.quote
    assert okafor.source.page == 2


def test_the_second_time_asks_no_model(make: Make, writer: Writer) -> None:
    assistant = make()
    first = assistant.ask(FULL)
    read = len(writer.parts)
    again = assistant.ask(FULL)
    assert again.text == first.text
    assert len(writer.parts) == read == 4
    assert (first.usage.model_calls, again.usage.model_calls) == (read + 1, 0)


def test_one_that_failed_goes_on_behind_what_it_read(make: Make, writer: Writer) -> None:
    writer.fails_at = "Prices"
    assert make().ask(FULL).status != "answered"
    assert len(writer.parts) == 2
    writer.fails_at = ""
    assert make().ask(FULL).status == "answered"
    assert len(writer.parts) == 4, "no part was read twice"


def test_how_far_it_is(make: Make) -> None:
    told = [e.text for e in make().stream(FULL) if isinstance(e, ToolProgress)]
    assert told[0] == "1 of 4: Annual report of Brandl Water"
    assert len(told) == 4


def test_a_few_sentences_where_few_are_wanted(make: Make, writer: Writer) -> None:
    answer = make().ask("Summarise the report in two sentences.")
    assert answer.text == WHOLE
    assert not writer.parts
    assert {c.source.page for c in answer.citations} == {1, 2}


def test_what_nothing_bears_out_is_quoted_instead(make: Make) -> None:
    answer = make("It earned 17 billion in Zanzibar.").ask("Summarise the report in two sentences.")
    assert "17" not in answer.text
    assert answer.text
    assert all(c.quote for c in answer.citations)


def test_every_document_of_a_folder(make: Make, index: KeepingIndex) -> None:
    letter = page(1, "Dear Anna, the villages thank the company for 41 new wells in the valley.")
    index.books = {"report.pdf": REPORT, "letter.pdf": [letter], "empty.pdf": [page(1, "Page 1")]}
    answer = make("The company supplies 41 villages in the valley.").ask("Summarise all documents.")
    assert answer.status == "partial"
    assert "empty.pdf: no sentence was found in it" in answer.text
    assert "- **report.pdf**: " in answer.text
    assert "- **letter.pdf**: " in answer.text
    assert {c.source.document for c in answer.citations} == {"report.pdf", "letter.pdf"}


def test_a_section_by_its_heading(make: Make, writer: Writer) -> None:
    answer = make("Water costs 1.90 euros.").ask("Summarise the section Prices of report.pdf.")
    assert "1.90" in answer.text
    assert "Brandl Water" not in " ".join(writer.parts)


def test_a_model_that_sees_is_shown_pages_on_which_little_is_written(
    tmp_path: Path, index: KeepingIndex
) -> None:
    index.books = {
        "slides.pdf": [
            page(1, "# Results", "The chart of the year", "shows all prices."),
            page(2, "# Plans", "Next year we build wells."),
            page(3, "# Thanks", "We thank all the people here."),
        ]
    }
    shown: list[int] = []

    def part(messages: Sequence[Message]) -> str:
        shown.append(len(messages[-1].pictures))
        return "The tallest bar of the chart stands at 41."

    script = kit.Script(says={"summary_part": part, "summary_whole": "Next year we build wells."})
    with kit.make_assistant(tmp_path, script.model(sees_images=True), index=index) as assistant:
        answer = assistant.ask("Summarise slides.pdf.")
    assert shown == [1, 1, 1]
    bars = [c for c in answer.citations if "bar" in answer.text[c.start : c.end]]
    assert {(c.source.page, c.known, c.quote) for c in bars} == {(n, "seen", "") for n in (1, 2, 3)}


@pytest.mark.parametrize(
    "question",
    ["Summarise page 2 of report.pdf.", "Summarise what report.pdf says about Harbour Street."],
)
def test_pages_and_topics_are_looked_up(make: Make, question: str) -> None:
    assert "summarise" not in kit.ran(make("Nothing.").ask(question))
