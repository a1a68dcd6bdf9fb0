"""The documents of an index: what was added, what there is, what a document holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from .text import count, duration, literal, one_line, plain_lines, shorten, size

if TYPE_CHECKING:
    from ...retrieval.catalog.rows import Counts, Document, FailedFile
    from ...retrieval.ingest.progress import IngestSummary
    from ...retrieval.maintenance import VerifyReport
    from ...retrieval.outline import DocumentOutline
    from ...retrieval.pages import Page


def outline_lines(name: str, outline: DocumentOutline) -> Iterator[str]:
    """A document's headings, indented by level, then its figures and tables; each with its page."""
    yield f"{name}, {count(outline.pages, 'page')}"
    if not (outline.sections or outline.captions):
        yield "  no headings and no captions were found"
    for section in outline.sections:
        yield f"{'  ' * section.level}{shorten(section.title)}  {_place(section.page, outline)}"
    for kind in ("figure", "table"):
        found = [caption for caption in outline.captions if caption.kind == kind]
        if found:
            yield f"{kind}s:"
        for caption in found:
            yield f"  {shorten(caption.text)}  {_place(caption.page, outline)}"


def _place(page: int, outline: DocumentOutline) -> str:
    printed = outline.labels.get(page, str(page))
    return f"page {page}" if printed == str(page) else f"page {page} (printed {printed})"


def show_ingested(summary: IngestSummary, console: Console) -> None:
    """What adding or updating did."""
    head = []
    if summary.added:
        head.append(f"added {count(len(summary.added), 'document')}")
    if summary.changed:
        head.append(f"{count(len(summary.changed), 'changed document')} read again")
    if head:
        did = f"{', '.join(head)}, {count(summary.pages, 'page')} in {duration(summary.seconds)}"
    else:
        did = f"nothing new in {duration(summary.seconds)}"
    rest = [
        (summary.unchanged, "unchanged"),
        (len(summary.failed), "failed"),
        (summary.skipped, "of other kinds skipped"),
    ]
    also = [f"{number:,} {words}" for number, words in rest if number]
    plain_lines(console, [f"{did}{'; ' if also else ''}{', '.join(also)}"])
    plain_lines(console, (f"renamed {old} to {new}" for old, new in summary.renamed))
    plain_lines(console, (f"removed {name}, which is gone" for name in summary.removed))


def show_documents(documents: Sequence[Document], console: Console) -> None:
    """Each document with its type, pages, date and title."""
    if not documents:
        console.print("no documents")
        return
    name = Column("document", no_wrap=True)  # names are copied, so they are never cut
    pages = Column("pages", justify="right")
    table = Table(name, "type", pages, "date", "title", box=None, pad_edge=False)
    for d in documents:
        number = f"{d.pages:,}"
        words = (d.name, d.type, number, d.date, shorten(d.title, 60))
        table.add_row(*(literal(one_line(w)) for w in words))
    console.print(table)
    total = sum(d.pages for d in documents)
    console.print(f"{count(len(documents), 'document')}, {count(total, 'page')}", style="dim")


def show_stats(
    counts: Counts, roots: Sequence[str], failures: Sequence[FailedFile], console: Console
) -> None:
    """How much there is, from where, and what could not be read."""
    scanned = f", {counts['scanned']:,} of them read by OCR" if counts["scanned"] else ""
    lines = [
        f"{count(counts['documents'], 'document')} in {count(counts['files'], 'file')}",
        f"{count(counts['pages'], 'page')}{scanned}",
        count(counts["passages"], "passage"),
    ]
    by_size = sorted(counts["bytes"].items(), key=lambda item: -item[1])
    if by_size:
        lines.append(", ".join(f"{kind} {size(number)}" for kind, number in by_size))
    lines += [f"from {root}" for root in roots]
    plain_lines(console, lines)
    if failures:
        console.print(f"{count(len(failures), 'file')} could not be read:", style="yellow")
        plain_lines(console, (f"  {f.path}: {f.reason}" for f in failures))


def show_verified(report: VerifyReport, console: Console) -> None:
    """Whether catalog and vectors agree."""
    word, style = ("ok", "green") if report.ok else ("not in order", "red")
    said = f": {count(report.passages, 'passage')}, {count(report.vectors, 'vector')}"
    console.print(literal(word, style).append_text(literal(said)))
    wrong = [
        f"{report.missing:,} without a vector" if report.missing else "",
        f"{report.extra:,} left over" if report.extra else "",
    ]
    found = ", ".join(filter(None, wrong))
    if found:
        plain_lines(console, [f"found {found}{'; repaired' if report.repaired else ''}"])
    plain_lines(console, report.problems)


def page_lines(page: Page) -> dict[str, object]:
    """A page as a row of a list: its number, what it is called and how it begins."""
    texts = (page.text[x.start : x.end] for x in page.lines if x.kind != "furniture")
    begins = next((t for t in texts if t.strip()), page.text.split("\n", 1)[0])
    return {"page": page.number, "label": page.label, "begins": begins, "scanned": page.scanned}


def show_document(document: Document, pages: Sequence[dict[str, object]], console: Console) -> None:
    """What is known of a document, and a line for each page."""
    scanned = f", {document.scanned:,} of them read by OCR" if document.scanned else ""
    known = {
        "title": document.title,
        "date": document.date,
        "type": f"{document.type}, {size(document.bytes)}",
        "pages": f"{document.pages:,}{scanned}",
        "passages": f"{document.passages:,}",
        "file": document.path,
        "also called": ", ".join(n for n in document.names if n != document.name),
        "added": document.added,
    }
    console.print(literal(one_line(document.name), "bold"))
    plain_lines(console, (f"  {key:<12}{value}" for key, value in known.items() if value))
    width = len(str(document.pages))
    for page in pages:
        words = " · ".join(
            dict.fromkeys(shorten(str(page[key])) for key in ("label", "begins") if page[key])
        )
        line = literal(f"  {page['page']:>{width}}  ", "dim")
        console.print(line.append_text(literal(one_line(words) or "(no text)")))
