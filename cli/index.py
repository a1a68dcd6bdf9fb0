"""The command line of an index: `looktwice index add | update | remove | list | show | search ...`.

Exit codes: 0 done, 1 some files failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..control import Control
from ..errors import BadInput, Cancelled, UsageError

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..agent.batch.ray_ingest import Hands
    from ..retrieval.catalog.highlight import Highlighter
    from ..retrieval.catalog.rows import Document, Filters
    from ..retrieval.index import Index
    from ..retrieval.ingest import Progress, Summary
    from ..retrieval.pages import Page
    from ..schema import Box, Picture
    from ..settings import Settings

index_app = typer.Typer(help="Your documents: add, search, show.", no_args_is_help=True)

Folder = Annotated[
    Path, typer.Option("--index", metavar="FOLDER", help="where the index is kept; made by add")
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON value and nothing else")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="documents read at the same time; default: one a core")
]
Wait = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="wait so long for another writer to end")
]
InFolder = Annotated[str, typer.Option("--folder", help="only documents in this folder")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="only this type: pdf, picture, docx, csv ...")
]
Names = Annotated[list[str] | None, typer.Option("--document", help="only this document")]
After = Annotated[str, typer.Option(metavar="DATE", help="only documents dated then or later")]
Before = Annotated[str, typer.Option(metavar="DATE", help="only documents dated then or earlier")]

MOST_READERS = 8
"""Engines that read scans side by side; each takes some 200 MB."""
GO_ON = "stopped; run the same command again to go on"


@index_app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="files and folders")],
    index: Folder,
    workers: Workers = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="keep the vectors on a Chroma server")
    ] = None,
    wait: Wait = 0,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="who reads scans and embeds: here, or Ray")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="of a Ray cluster; else one is started")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read documents and pictures into the index; what is in it already costs next to nothing."""
    if address is not None and engine != "ray":
        raise UsageError("--address is that of a Ray cluster: add --engine ray")
    with (
        helpers(engine, workers or cores_here(), address) as hands,
        writing(index, "add", wait, store=store, hands=hands) as opened,
        following() as (control, tell),
    ):
        summary = opened.add(paths, workers=workers or cores_here(), control=control, tell=tell)
    finish(summary, as_json)


@index_app.command()
def update(index: Folder, workers: Workers = None, wait: Wait = 0, as_json: Json = False) -> None:
    """Read again what was added: new, changed and vanished files."""
    with writing(existing(index), "update", wait) as opened, following() as (control, tell):
        summary = opened.update(workers=workers or cores_here(), control=control, tell=tell)
    finish(summary, as_json)


@index_app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="as list shows them")],
    index: Folder,
    wait: Wait = 0,
    as_json: Json = False,
) -> None:
    """Take documents out of the index; their files stay."""
    from .console import plain_lines

    with writing(existing(index), "remove", wait) as opened, as_usage():
        removed = opened.remove(names)
    if as_json:
        print_json({"removed": removed})
    else:
        plain_lines(out(), [f"removed {name}" for name in removed])


@index_app.command("list")
def list_documents(
    index: Folder,
    folder: InFolder = "",
    types: Types = None,
    after: After = "",
    before: Before = "",
    as_json: Json = False,
) -> None:
    """List the documents."""
    from .console import show_documents

    with reading(index) as opened, as_usage():
        documents = opened.documents(chosen(folder, types, None, after, before))
    if as_json:
        print_json([asdict(document) for document in documents])
    else:
        show_documents(documents, out())


@index_app.command()
def show(
    document: Annotated[str, typer.Argument(help="its name, or an ending only it has")],
    index: Folder,
    page: Annotated[int | None, typer.Option(min=1, help="show this page")] = None,
    query: Annotated[str, typer.Option(help="mark the words of the page that this asks for")] = "",
    save: Annotated[
        Path | None, typer.Option(metavar="PNG", help="save the page as a picture, words marked")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is known of a document, or one of its pages."""
    if page is None and (query or save is not None):
        raise UsageError("--query and --save need a page: add --page N")
    with reading(index) as opened:
        with as_usage():
            known = opened.document(document)
        if page is None:
            show_known(opened, known, as_json)
        else:
            with as_usage():
                text = opened.page(known.name, page)
            show_one(opened, known, text, query, save, as_json)


@index_app.command()
def search(
    index: Folder,
    query: Annotated[str, typer.Argument(help="words or a question; optional with --image")] = "",
    image: Annotated[Path | None, typer.Option(help="look for pages that look like this")] = None,
    limit: Annotated[int, typer.Option(min=1, help="results at most")] = 10,
    folder: InFolder = "",
    types: Types = None,
    documents: Names = None,
    after: After = "",
    before: Before = "",
    rerank: Annotated[
        bool | None, typer.Option("--rerank/--no-rerank", help="read the best results again")
    ] = None,
    as_json: Json = False,
) -> None:
    """Search by words, by a picture, or by both; the best pages come first."""
    from .console import show_passages

    if not query.strip() and image is None:
        raise UsageError("search: give words to look for, or a picture with --image")
    filters = chosen(folder, types, documents, after, before)
    settings = settings_now()
    picture = None if image is None else load_image(image, settings)
    with reading(index, settings) as opened, as_usage(), stopping(Control()) as control:
        found = opened.search(
            query, picture=picture, limit=limit, filters=filters, rerank=rerank, control=control
        )
    if as_json:
        print_json([passage.model_dump(mode="json") for passage in found])
    else:
        with highlighter(query) as marker:
            show_passages(found, marker, out())


@index_app.command()
def stats(index: Folder, as_json: Json = False) -> None:
    """How much is in the index, where it came from, and which files could not be read."""
    from .console import show_stats

    with reading(index) as opened:
        counts, roots, failures = opened.counts(), opened.roots(), opened.failures()
    if as_json:
        failed = [{"path": f.path, "reason": f.reason, "when": f.when} for f in failures]
        print_json({"index": str(index), **counts, "roots": roots, "failed": failed})
    else:
        show_stats(counts, roots, failures, out())


@index_app.command()
def verify(
    index: Folder,
    mend: Annotated[bool, typer.Option(help="put right what can be")] = True,
    wait: Wait = 0,
    as_json: Json = False,
) -> None:
    """Check that catalog and vectors agree; exit code 0 if they do in the end."""
    from .console import show_checked

    folder = existing(index)
    with writing(folder, "verify", wait) if mend else reading(folder) as opened:
        checked = opened.verify(mend=mend)
    if as_json:
        names = ("ok", "passages", "vectors", "missing", "extra", "mended", "problems")
        print_json({name: getattr(checked, name) for name in names})
    else:
        show_checked(checked, out())
    raise typer.Exit(0 if checked.ok else 1)


@index_app.command()
def rebuild(index: Folder, wait: Wait = 0, as_json: Json = False) -> None:
    """Make all vectors anew, for other embedders or a newer form; documents are not read again."""
    from .console import plain_lines

    control = Control()
    try:
        with writing(existing(index), "rebuild", wait, rebuild=True) as opened, stopping(control):
            passages = opened.rebuild(control=control)
    except Cancelled as error:
        raise Cancelled(GO_ON) from error
    if as_json:
        print_json({"passages": passages})
    else:
        plain_lines(out(), [f"embedded {passages:,} passages again"])


@index_app.command()
def serve(
    index: Folder,
    host: Annotated[str, typer.Option(help="address to listen at; has no password")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    as_json: Json = False,
) -> None:
    """Run a Chroma server on the index's vectors, for `looktwice index add --store`."""
    from ..retrieval.vectors.vectors import serve as run_server
    from .console import plain_lines

    settings_now()
    address = f"http://{host}:{port}"
    if as_json:
        print_json({"store": address})
    else:
        plain_lines(out(), [f"serving {index / 'vectors'} at {address}; Ctrl-C stops it"])
    raise typer.Exit(run_server(index / "vectors", host, port))


# --- opening ------------------------------------------------------------------------------------


def settings_now() -> Settings:
    from .app import load_settings

    return load_settings()


def reading(folder: Path, settings: Settings | None = None) -> Index:
    """The index, for looking."""
    from ..retrieval.index import Index

    return Index.open(folder, settings or settings_now())


@contextmanager
def helpers(engine: str, workers: int, address: str | None) -> Iterator[Hands | None]:
    """Who reads scans and embeds while adding; None for this process."""
    if engine == "local":
        yield None
        return
    from ..agent.batch.ray_ingest import ray_hands

    with ray_hands(settings_now(), workers, address) as hands:
        yield hands


def writing(
    folder: Path,
    command: str,
    wait: float,
    store: str | None = None,
    rebuild: bool = False,
    hands: Hands | None = None,
) -> Index:
    """The index, for changing; whoever waits for another writer is told so."""
    from ..retrieval.index import Index
    from ..tools import Experts
    from ..tools.eyes import index_eyes
    from .console import plain_lines

    settings = settings_now()
    side = min(cores_here(), MOST_READERS)
    return Index.open(
        folder,
        settings,
        write=True,
        purpose=f"looktwice index {command}",
        wait=wait,
        tell=lambda words: plain_lines(out(stderr=True), [words]),
        store=store,
        eyes=hands.eyes if hands else index_eyes(Experts.from_settings(settings), side),
        text=hands.text if hands else None,
        picture=hands.picture if hands else None,
        rebuild=rebuild,
    )


def cores_here() -> int:
    """How many this process may use."""
    from ..retrieval.embeddings.runtime import cores

    return cores()


def existing(folder: Path) -> Path:
    """The folder; opening for writing would make an index where a mistyped name has none."""
    if not (folder / "catalog.db").is_file():
        raise UsageError(
            f"{folder}: there is no index here; make one with"
            f" `looktwice index add PATH --index {folder}`"
        )
    return folder


def chosen(
    folder: str,
    types: Sequence[str] | None,
    documents: Sequence[str] | None,
    after: str,
    before: str,
) -> Filters | None:
    """The filters that were given; None for none."""
    from ..retrieval.catalog.rows import Filters
    from ..retrieval.loaders.registry import formats

    known = sorted(known.kind for known in formats())
    if unknown := [t for t in types or () if t not in known]:
        raise UsageError(f"--type: {', '.join(unknown)} is none of {', '.join(known)}")
    for option, date in (("--after", after), ("--before", before)):
        if date and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", date):
            raise UsageError(f"{option}: {date!r} is no date; write 2022, 2022-08 or 2022-08-19")
    filters = Filters(folder, tuple(types or ()), tuple(documents or ()), after, before)
    return None if filters == Filters() else filters


def load_image(path: Path, settings: Settings) -> Image:
    from ..media.formats import PictureFile

    return PictureFile(path, settings.media).page(1)


@contextmanager
def highlighter(query: str) -> Iterator[Highlighter]:
    from ..retrieval.catalog.highlight import Highlighter

    marker = Highlighter(query)
    try:
        yield marker
    finally:
        marker.close()


@contextmanager
def as_usage() -> Iterator[None]:
    """A name that nobody knows makes the call itself wrong."""
    try:
        yield
    except BadInput as error:
        raise UsageError(str(error)) from error


# --- running ------------------------------------------------------------------------------------


@contextmanager
def following() -> Iterator[tuple[Control, Callable[[Progress], None]]]:
    """A long run with its progress bar, stopped cleanly by Ctrl-C."""
    from .console import IngestBar

    control = Control()
    with IngestBar(out(stderr=True)) as bar, stopping(control, bar.stopping):
        yield control, bar.update


@contextmanager
def stopping(control: Control, tell: Callable[[], None] | None = None) -> Iterator[Control]:
    """The first Ctrl-C asks to stop; the second one ends the process, which an index survives."""
    if threading.current_thread() is not threading.main_thread():
        yield control
        return
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        control.cancel()
        if tell is not None:
            tell()

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield control
    finally:
        signal.signal(signal.SIGINT, before)


def finish(summary: Summary, as_json: bool) -> None:
    """What a run did, what failed and why, and the exit code that says so."""
    from .console import plain_lines, show_summary

    if as_json:
        print_json(asdict(summary))
    else:
        show_summary(summary, out())
    failed = [f"looktwice: {path}: {reason}" for path, reason in summary.failed]
    plain_lines(out(stderr=True), failed)
    if summary.interrupted:
        raise Cancelled(GO_ON)
    raise typer.Exit(1 if failed else 0)


# --- showing ------------------------------------------------------------------------------------


def show_known(index: Index, document: Document, as_json: bool) -> None:
    """A document, and how each of its pages begins."""
    from .console import page_lines, show_document

    numbers = range(1, document.pages + 1)
    begins = [page_lines(index.page(document.name, number)) for number in numbers]
    if as_json:
        print_json({**asdict(document), "page_list": begins})
    else:
        show_document(document, begins, out())


def show_one(
    index: Index, document: Document, page: Page, query: str, save: Path | None, as_json: bool
) -> None:
    """One page: its words, and where those that the query asks for stand."""
    from .console import count, plain_lines, show_page

    boxes = index.matches(document.name, page.number, query) if query.strip() else ()
    if save is not None:
        save_page(index, document, page, boxes, save)
    if as_json:
        print_json(
            {
                "document": document.name,
                "page": page.number,
                "label": page.label,
                "section": page.section,
                "text": page.text,
                "scanned": page.scanned,
                "width": page.width,
                "height": page.height,
                "frame": page.frame,
                "matches": [box.model_dump() for box in boxes],
                "saved": None if save is None else str(save),
            }
        )
        return
    if save is not None:
        words = f", {count(len(boxes), 'place')} marked" if query else ""
        plain_lines(out(), [f"saved {save}{words}"])
        return
    with highlighter(query) as marker:
        show_page(document.name, page, marker, out())


def save_page(
    index: Index, document: Document, page: Page, boxes: Sequence[Box], path: Path
) -> None:
    """Draw a page with its matching words marked.

    Raises:
        UsageError: this format has no look, or the file cannot be written.
    """
    from ..media.annotate import Mark, draw

    if page.width <= 0:
        raise UsageError(
            f"{document.name}: {document.type} has no look of its own, only text; leave --save out"
        )
    image, scale = index.view(document.name, page.number)
    picture = picture_of(document, page, image, scale)
    drawn = draw(image, [Mark(box=box, pen=True) for box in boxes], picture)
    try:
        drawn.save(path, "PNG")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from error


def picture_of(document: Document, page: Page, image: Image, scale: float) -> Picture:
    """The page as it was drawn: boxes of the page find their place in it."""
    from ..schema import Origin, Picture

    return Picture(
        sha256=document.sha256,
        width=image.width,
        height=image.height,
        format="PNG",
        name=document.name,
        origin=Origin(document=document.name, page=page.number, scale=scale, frame=page.frame),
    )


def out(stderr: bool = False) -> Any:
    from .app import console

    return console(stderr)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))
