"""How events, answers and tables look in a terminal; it renders values and knows no model.

What models, pictures and files say is shown through `literal`, never as markup: rich would read
"[red]" and ":100:" as orders.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from ..schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Citation,
    Event,
    Evidence,
    Passage,
    StepStarted,
    Token,
    ToolFinished,
    ToolResult,
    ToolStarted,
)

if TYPE_CHECKING:
    from ..retrieval.catalog.highlight import Highlighter
    from ..retrieval.catalog.rows import Counts, Document, Failure
    from ..retrieval.index import Checked
    from ..retrieval.ingest import Progress as Ingested
    from ..retrieval.ingest import Summary
    from ..retrieval.pages import Page
    from ..tools.base import Tool
    from ..weights.state import WeightState
    from .doctor import Finding

_DOING = {
    "intake": "reading the question",
    "plan": "choosing tools",
    "act": "looking",
    "gate": "weighing what was seen",
    "draft": "answering",
    "check": "checking the answer",
    "finish": "finishing",
}
_COLOUR = {"answered": "green", "partial": "yellow", "declined": "yellow", "failed": "red"}
_SHOWN_BOXES = 6
_SIZES = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything that could move a terminal's cursor or change its colours; lines and tabs stay."""

Say = Callable[[str], None]


def follow(events: Iterable[Event], console: Console) -> Answer:
    """Show a run while it happens; gives its answer.

    In a terminal a spinner says what is being done; each tool leaves a line when it is done.
    """
    answer: Answer | None = None
    with status_line(console) as say:
        for event in events:
            match event:
                case StepStarted(node=node):
                    say(_DOING[node])
                case ToolStarted(call=call):
                    say(f"{call.tool} …")
                case ToolFinished(result=result):
                    console.print(literal(tool_line(result), "dim"))
                case Token() | AnswerRevised():
                    say("answering")
                case AnswerReady(answer=ready):
                    answer = ready
                case _:
                    pass
    assert answer is not None, "a stream ends with its answer"
    return answer


@contextmanager
def status_line(console: Console) -> Iterator[Say]:
    """A spinner with changing words in a terminal; silent elsewhere."""
    if not console.is_terminal:
        yield lambda words: None
        return
    spinner = Spinner("dots", text="")
    with Live(spinner, console=console, transient=True, refresh_per_second=12):
        yield lambda words: spinner.update(text=literal(words))


def tool_line(result: ToolResult) -> str:
    """One finished tool call in a line."""
    given = ", ".join(
        f"{k}={v}" for k, v in result.call.arguments.items() if v not in ("", [], None)
    )
    head = f"{result.call.tool}({given}) {result.seconds:.1f} s"
    if result.error:
        return f"✗ {head}: {result.error.message}"
    return f"✓ {head}{' (from the record)' if result.cached else ''}"


def show_answer(answer: Answer, console: Console, trace: bool = False) -> None:
    """The answer, how sure it is, and what it rests on."""
    console.print()
    console.print(literal(answer.text, "bold"))
    usage = answer.usage
    cost = (
        f" · confidence {answer.confidence:.2f} · {usage.total_seconds:.1f} s · {usage.model_calls} "
        f"model call{'' if usage.model_calls == 1 else 's'} · {answer.model}"
    )
    console.print(literal(answer.status, _COLOUR[answer.status]).append_text(literal(cost)))
    for citation in answer.citations:
        console.print(literal(f"  {citation_line(citation, answer)}"))
    if not answer.citations:
        for item in answer.evidence:
            console.print(literal(f"  {evidence_line(item)}", "dim"))
    if trace:
        show_trace(answer, console)


def literal(text: str, style: str = "") -> Text:
    """Text from outside exactly as it is, less what would give orders to the terminal."""
    return Text(_CONTROL.sub("�", text), style)


def citation_line(citation: Citation, answer: Answer) -> str:
    """Which evidence carries a statement, in which picture, where."""
    name = next((p.name for p in answer.pictures if p.original == citation.source.picture), "")
    if citation.source.document:
        name = f"{citation.source.document}, page {citation.source.page}"
    where = f" in {name}" if name else ""
    return f"{citation.evidence}{where}: “{shorten(citation.quote)}”{places(citation.boxes)}"


def evidence_line(item: Evidence) -> str:
    """One piece of evidence in a line."""
    boxes = item.boxes or tuple(d.box for d in item.detections)
    return f"{item.id}: {shorten(item.text)}{places(boxes)}"


def shorten(text: str, length: int = 90) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def places(boxes: tuple[Box, ...]) -> str:
    """Boxes as numbers of pixels: (x1, y1)-(x2, y2)."""
    shown = ", ".join(
        f"({b.x1:.0f},{b.y1:.0f})-({b.x2:.0f},{b.y2:.0f})" for b in boxes[:_SHOWN_BOXES]
    )
    more = f" and {len(boxes) - _SHOWN_BOXES} more" if len(boxes) > _SHOWN_BOXES else ""
    return f" at {shown}{more}" if boxes else ""


def show_trace(answer: Answer, console: Console) -> None:
    """Every step with its time."""
    for step in answer.steps:
        line = f"  {step.started:6.2f} s  {step.node:<7} {step.seconds:6.2f} s  {step.did}"
        console.print(literal(line, "dim"))


def show_saved(paths: Iterable[Path], console: Console) -> None:
    """Where annotated pictures were put."""
    for path in paths:
        console.print(literal(f"  saved {path}"))


class DownloadBars:
    """A progress bar for each weight; its `update` fits `weights.obtain.OnProgress`."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> DownloadBars:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def update(self, name: str, done: int, total: int) -> None:
        """Show that `done` of `total` bytes of a weight are here."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)


def show_tools(tools: Iterable[Tool], console: Console, as_json: bool = False) -> None:
    """Each tool with its arguments and what it is for."""
    if as_json:
        print(json.dumps([describe(t) for t in tools], ensure_ascii=False))
        return
    name = Column("tool", no_wrap=True)  # names are copied, so they are never cut
    table = Table(name, "arguments", "what it is for", box=None, pad_edge=False)
    for tool in tools:
        arguments = ", ".join(tool.parameters["properties"])
        table.add_row(literal(tool.name), literal(arguments), literal(tool.description))
    console.print(table)


def describe(tool: Tool) -> dict[str, object]:
    """A tool as JSON."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "needs_picture": tool.needs_picture,
    }


def show_findings(findings: Iterable[Finding], console: Console, as_json: bool = False) -> None:
    """What the doctor found, each problem with the command that mends it."""
    if as_json:
        print(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for f in findings:
        mark = "[green]ok[/green]" if f.ok else "[red]mend[/red]"
        found = literal(f.found)
        if f.mend:
            found.append_text(literal(f"\n{f.mend}", "bold"))
        table.add_row(mark, literal(f.name), found)
    console.print(table)


def show_weights(states: Iterable[WeightState], console: Console, as_json: bool = False) -> None:
    """Every weight: pack, size, licence, state."""
    if as_json:
        print(json.dumps([asdict(s) for s in states], ensure_ascii=False, default=str))
        return
    short = [Column(name, no_wrap=True) for name in ("weight", "state", "size")]
    table = Table(*short, "pack", "licence", "what it does", box=None, pad_edge=False)
    colour = {"verified": "green", "present": "yellow", "missing": "dim", "damaged": "red"}
    for s in states:
        size = "" if s.size is None else f"{s.size / 1e6:,.0f} MB"
        state = literal(s.status, colour[s.status]).append_text(literal(f" {s.detail}"))
        words = (size, ", ".join(s.packs), s.licence, s.purpose)
        table.add_row(literal(s.name), state, *map(literal, words))
    console.print(table)


# --- documents ----------------------------------------------------------------------------------


class IngestBar:
    """How far adding documents has come; its `update` fits `Index.add`. Silent outside a terminal."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("reading", total=None, done="")
        self._stopping = False

    def __enter__(self) -> IngestBar:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def update(self, progress: Ingested) -> None:
        """Show a report of the run."""
        words = "stopping" if self._stopping else escape(one_line(shorten(progress.file, 24)))
        files = f"{progress.files_done:,}/{count(progress.files, 'file')}"
        speed = progress.pages / max(progress.seconds, 1e-3)
        self._bar.update(
            self._task,
            description=words,
            completed=progress.files_done,
            total=progress.files,
            done=f"{files} · {count(progress.pages, 'page')} · {speed:.1f} pages/s",
        )

    def stopping(self) -> None:
        """Say that the run ends soon."""
        self._stopping = True
        self._bar.update(self._task, description="stopping")


def one_line(text: str) -> str:
    """Text from outside that cannot pass for a line of ours."""
    return re.sub(r"[\t\n]", " ", _CONTROL.sub("�", text))


def plain_lines(console: Console, lines: Iterable[str]) -> None:
    """Sentences that may hold names from outside, a line each."""
    for line in lines:
        console.print(literal(one_line(line)))


def count(number: int, thing: str) -> str:
    """Such as "1 page" and "1,200 pages"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def show_summary(summary: Summary, console: Console) -> None:
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


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


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
    counts: Counts, roots: Sequence[str], failures: Sequence[Failure], console: Console
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


def size(number: int) -> str:
    """Bytes for people."""
    if number < 1000:
        return count(number, "byte")
    unit, step = next((x for x in _SIZES if number < 1000 * x[1]), _SIZES[-1])
    amount = number / step
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:,.0f} {unit}"


def show_checked(checked: Checked, console: Console) -> None:
    """Whether catalog and vectors agree."""
    word, style = ("ok", "green") if checked.ok else ("not in order", "red")
    said = f": {count(checked.passages, 'passage')}, {count(checked.vectors, 'vector')}"
    console.print(literal(word, style).append_text(literal(said)))
    wrong = [
        f"{checked.missing:,} without a vector" if checked.missing else "",
        f"{checked.extra:,} left over" if checked.extra else "",
    ]
    found = ", ".join(filter(None, wrong))
    if found:
        plain_lines(console, [f"found {found}{'; mended' if checked.mended else ''}"])
    plain_lines(console, checked.problems)


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


def show_page(name: str, page: Page, marker: Highlighter, console: Console) -> None:
    """The text of a page, with the words that are asked for in bold."""
    label = f" · {page.label}" if page.label else ""
    console.print(literal(one_line(f"{name}, page {page.number}{label}"), "dim"))
    console.print(marked(page.text or "(no text)", marker))


def marked(text: str, marker: Highlighter) -> Text:
    """Text from outside with the words that are asked for in bold."""
    shown = literal(text)  # as long as it was: control characters are replaced one by one
    for start, end in marker.spans(text):
        shown.stylize("bold yellow", start, end)
    return shown


def show_passages(passages: Sequence[Passage], marker: Highlighter, console: Console) -> None:
    """What a search found, the best first, each with the lines around the words asked for."""
    if not passages:
        console.print("nothing found")
    for number, found in enumerate(passages, start=1):
        head = literal(one_line(f"{number}. {found.document}, page {found.page}"), "bold")
        how = f" ({found.score:.2f}, {' + '.join(found.found_by)})"
        console.print(head.append_text(literal(how, "not bold dim")))
        lines = telling_lines(found.text, marker)
        heading = " > ".join(h for h in found.heading if h not in lines)
        if heading:
            console.print(literal(f"   {one_line(heading)}", "dim"))
        for line in lines:
            console.print(literal("   ").append_text(marked(line, marker)))
        if number < len(passages):
            console.print()


def telling_lines(text: str, marker: Highlighter, lines: int = 3, width: int = 140) -> list[str]:
    """Neighbouring lines of a text: those with most of the words asked for, best in their middle."""
    parts = [one_line(p) for x in text.splitlines() for p in textwrap.wrap(x, width)]
    stems = [{stem for _, _, stem in marker.found(part)} for part in parts]
    windows = range(max(1, len(parts) - lines + 1))

    def worth(at: int) -> tuple[int, int]:
        window = stems[at : at + lines]
        return len(set().union(*window)), len(set().union(*window[lines // 2 : lines // 2 + 1]))

    best = max(windows, key=worth)
    return parts[best : best + lines]
