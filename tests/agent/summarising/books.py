"""Documents with headings for the tests of summaries."""

from __future__ import annotations

from dataclasses import dataclass, field

from looktwice.retrieval.pages import LineKind, Page, RawLine, Word, build_page

from .. import fake_index


def page(number: int, *lines: str) -> Page:
    """A page with a box for each word; "# " makes a heading of the first level, "| " a row of a table."""
    raw = []
    for row, line in enumerate(lines):
        mark, rest = (line[0], line[2:]) if line[:2] in ("# ", "| ") else ("", line)
        kind: LineKind = "heading" if mark == "#" else "row" if mark == "|" else "text"
        words, at = [], 0
        for word in rest.split():
            words.append(
                Word(word, (6.0 * at, 12.0 * row, 6.0 * (at + len(word)), 12.0 * row + 10))
            )
            at += len(word) + 1
        begins = row == 0 or lines[row - 1][:2] == "# " or not rest[:1].islower()
        raw.append(RawLine(tuple(words), kind=kind, level=int(mark == "#"), begins=begins))
    return build_page(number, raw, width=600.0, height=800.0)


REPORT = (
    page(
        1,
        "# Annual report of Brandl Water",
        "Brandl Water supplies 41 villages in the valley of the Tarn.",
        "Its head office stands in Lower Tarn since 1952.",
        "# Pipes",
        "In 2021 the company laid 640 metres of new pipe below Harbour Street,",
        "which had been closed from May to June.",
        "The old pipe of 1938 leaked more than any other pipe.",
        "| Year 2020 2021",
        "| Metres 310 640",
    ),
    page(
        2,
        "# Prices",
        "A cubic metre of water costs 1.90 euros since January 2022.",
        "The price had been 1.75 euros for six years before that.",
        "# People",
        "Anna Okafor became director on 2 March 2021 after Piet Lindqvist.",
        "The company employs 87 people in the valley.",
    ),
)
"""A report of four sections on two pages."""


@dataclass
class KeepingIndex(fake_index.MemoryIndex):
    """An index that keeps what was read of its documents."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def records(self, schema: str) -> dict[str, str]:
        return {name: record for (name, of), record in self.kept.items() if of == schema}

    def keep_record(self, document: str, schema: str, record: str) -> None:
        self.kept[document, schema] = record
