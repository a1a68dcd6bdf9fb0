"""Two versions of a document: words replaced, added and taken away, lines and pages broken elsewhere.

Every second pair is one document in two settings: other widths, other page breaks, no word changed.
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from ..task import Task, Truth
from . import names
from .maker import Maker
from .pdf import PdfText, PlacedPage, write_pages
from .tables.drawing import as_csv, as_workbook

PAIRS = 20
_TOOLS = (frozenset({"compare_documents"}),)
_COMMON = (
    "the agreement between supplier and customer covers delivery of goods to any warehouse named here "
    "payment falls due within a reasonable period after receipt unless both parties have agreed otherwise "
    "in writing responsibility for transportation insurance and documentation lies with whoever ordered "
    "them maintenance work requires notification every installation remains under supervision until "
    "certification has been completed confidential information must not leave its department without "
    "permission from management representatives may inspect premises during ordinary hours"
).split()
_NEW = (
    "seldom orange twelve quickly harbour violet printed northern gentle copper frozen winter "
    "market silver eleven river meadow quarter bridge garden lantern paper golden ticket"
).split()
_LINES = 44
_LETTERS = ((88, 74), (80, 91))
"""Letters of a line in the first and in the second version, of one setting and of another."""

Words = list[str]
Edit = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of the first version and those of the second; () where it has none."""


class Versions(NamedTuple):
    """Two files of one kind, and what changed from the first to the second."""

    ending: str
    before: bytes
    after: bytes
    edits: tuple[Edit, ...]


def generate(make: Maker) -> list[Task]:
    """What changed, asked of each pair, and of the same document set otherwise."""
    tasks = []
    for number in range(PAIRS):
        for kind, changed in (("changed", True), ("same", False)):
            made = pair(make.rng, number, changed)
            ids = f"{kind}-{number:02}"
            files = tuple(f"{ids}/{name}{made.ending}" for name in ("version-1", "version-2"))
            for name, data in zip(files, (made.before, made.after), strict=True):
                make.file(data, name)
            said = [" ".join(new or old) for old, new in made.edits] or ["no word changed"]
            tasks.append(
                Task(id=ids, kind=kind, question="What changed from the first version to the second?",
                     documents=files, pair=f"{number:02}",
                     truth=Truth(answers=("<AND>".join(said),), match="prose", tools=_TOOLS))
            )  # fmt: skip
    return tasks


def pair(rng: Random, number: int, changed: bool = True) -> Versions:
    """Two versions; the kind of file goes by the number."""
    ending, write = _KINDS[number % len(_KINDS)]
    if ending in (".csv", ".xlsx"):
        return _tables(rng, ending, changed)
    paragraphs = [_paragraph(rng) for _ in range(rng.randrange(8, 16))]
    title = f"{rng.choice(names.FIRMS)} terms"
    after, edits = _edited(paragraphs, rng) if changed else (paragraphs, [])
    widths = _LETTERS[number % 2]
    return Versions(
        ending, write(paragraphs, title, widths[0]), write(after, title, widths[1]), tuple(edits)
    )


def _paragraph(rng: Random) -> Words:
    words: Words = []
    for _ in range(rng.randrange(3, 7)):
        sentence = rng.choices(_COMMON, k=rng.randrange(8, 18))
        sentence.insert(rng.randrange(2, 6), str(rng.randrange(2, 9000)))
        sentence[0] = sentence[0].capitalize()
        sentence[-1] += "."
        words += sentence
    return words


def _edited(paragraphs: Sequence[Words], rng: Random) -> tuple[list[Words], list[Edit]]:
    """Six edits, each in a paragraph of its own, and their words in order."""
    after, edits = [list(words) for words in paragraphs], []
    for at in sorted(rng.sample(range(len(paragraphs)), 6)):
        words = after[at]
        place = rng.choice([n for n in range(4, len(words) - 4) if words[n] != words[n + 1]])
        kind = rng.choice(("replaced", "number", "removed", "added", "sentence"))
        if kind == "number":
            place = next(n for n in range(2, len(words)) if words[n].isdigit())
        new = tuple(rng.sample(_NEW, {"added": 2, "sentence": 9}.get(kind, 1)))
        new = (str(int(words[place]) + 7),) if kind == "number" else new
        old: tuple[str, ...] = () if kind in ("added", "sentence") else (words[place],)
        new = () if kind == "removed" else new
        words[place : place + len(old)] = new
        edits.append((old, new))
    return after, edits


def _tables(rng: Random, ending: str, changed: bool) -> Versions:
    """Prices of goods in towns; some are other prices in the second version, and one row is new."""
    towns = rng.sample(names.TOWNS, 3)
    rows = [["Item", *towns]]
    rows += [[good, *(str(rng.randrange(100, 999)) for _ in towns)] for good in names.GOODS]
    after = [list(row) for row in rows]
    edits: list[Edit] = []
    if changed:
        for at in sorted(rng.sample(range(1, len(rows) - 2), 4)):
            column = rng.randrange(1, 4)
            after[at][column] = str(int(rows[at][column]) + 1000)
            edits.append(((rows[at][column],), (after[at][column],)))
        after.append(["Lanterns", "2111", "2222", "2333"])
        edits.append(((), tuple(after[-1])))
    if ending == ".csv":
        before, then = (as_csv(table, ",").encode() for table in (rows, after))
    else:
        before, then = (as_workbook(table, "Prices") for table in (rows, after))
    return Versions(ending, before, then, tuple(edits))


def _pdf(paragraphs: Sequence[Words], title: str, letters: int) -> bytes:
    """Pages with a running head and the number of the page; words are broken at the ends of lines."""
    lines = [line for words in paragraphs for line in (*_lines(words, letters), "")]
    pages = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    placed = []
    for number, page in enumerate(pages, 1):
        texts = [PdfText(60, 800, title, 9), PdfText(280, 30, f"Page {number} of {len(pages)}", 9)]
        texts += [PdfText(60, 760 - 15 * at, line, 10) for at, line in enumerate(page) if line]
        placed.append(PlacedPage(texts))
    return write_pages(placed, title=title)


def _lines(words: Sequence[str], letters: int) -> list[str]:
    lines, line = [], ""
    for word in words:
        room = letters - len(line) - 1
        if len(word) <= room or not line:
            line = f"{line} {word}".strip()
        elif len(word) > 8 and room > 4 and word.isalpha():
            half = min(room - 1, len(word) - 3)
            lines.append(f"{line} {word[:half]}-")
            line = word[half:]
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _text(paragraphs: Sequence[Words], title: str, letters: int) -> bytes:
    broken = ["\n".join(_unbroken(words, letters)) for words in paragraphs]
    return "\n\n".join([title, *broken]).encode()


def _unbroken(words: Sequence[str], letters: int) -> list[str]:
    """Lines that break no word."""
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _markdown(paragraphs: Sequence[Words], title: str, letters: int) -> bytes:
    return b"# " + _text(paragraphs, title, letters)


def _page(paragraphs: Sequence[Words], title: str, letters: int) -> bytes:
    body = "".join(f"<p>{html.escape(' '.join(words))}</p>" for words in paragraphs)
    return f"<html><title>{title}</title><body><h1>{title}</h1>{body}</body></html>".encode()


def _word(paragraphs: Sequence[Words], title: str, letters: int) -> bytes:
    """A Word document of its one necessary part; each word is a run, as editors leave them."""
    runs = "".join(
        "<w:p>"
        + "".join(f'<w:r><w:t xml:space="preserve">{w} </w:t></w:r>' for w in words)
        + "</w:p>"
        for words in ([title], *paragraphs)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        f'PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main"><w:body>'
        f"{runs}</w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name), text)
    return file.getvalue()


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

Write = Callable[[Sequence[Words], str, int], bytes]
_KINDS: tuple[tuple[str, Write], ...] = (
    (".pdf", _pdf), (".docx", _word), (".pdf", _pdf), (".md", _markdown), (".csv", _text),
    (".pdf", _pdf), (".html", _page), (".xlsx", _text), (".txt", _text), (".pdf", _pdf),
)  # fmt: skip
