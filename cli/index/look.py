"""Commands that look into an index: list, show, search, stats."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import UsageError
from ..answering import warm_service
from ..options import Json
from ..progress import cancelling
from ..settings import load_settings
from ..terminal import console, print_json
from .filters import filters_of
from .opening import as_usage, reading
from .options import After, Before, Folder, InFolder, Names, Types
from .pages import open_highlighter, show_known, show_one, show_outline

if TYPE_CHECKING:
    from PIL.Image import Image

    from ...retrieval.catalog.rows import Filters
    from ...schema import Passage
    from ...settings import Settings
    from ...ui.service.client import Service


def list_documents(
    index: Folder,
    folder: InFolder = "",
    types: Types = None,
    after: After = "",
    before: Before = "",
    as_json: Json = False,
) -> None:
    """List the documents."""
    from ..show.documents import show_documents

    with reading(index) as opened, as_usage():
        documents = opened.documents(filters_of(folder, types, None, after, before))
    if as_json:
        print_json([asdict(document) for document in documents])
    else:
        show_documents(documents, console())


def show(
    document: Annotated[str, typer.Argument(help="its name, or an ending only it has")],
    index: Folder,
    page: Annotated[int | None, typer.Option(min=1, help="show this page")] = None,
    query: Annotated[str, typer.Option(help="mark the words of the page that this asks for")] = "",
    save: Annotated[
        Path | None, typer.Option(metavar="PNG", help="save the page as a picture, words marked")
    ] = None,
    outline: Annotated[
        bool, typer.Option("--outline", help="show its headings, figures and tables")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is known of a document, its outline, or one of its pages."""
    if outline and page is not None:
        raise UsageError("--outline is of the whole document: leave --page out")
    if page is None and (query or save is not None):
        raise UsageError("--query and --save need a page: add --page N")
    with reading(index) as opened:
        with as_usage():
            known = opened.document(document)
        if outline:
            show_outline(opened, known, as_json)
        elif page is None:
            show_known(opened, known, as_json)
        else:
            with as_usage():
                text = opened.page(known.name, page)
            show_one(opened, known, text, query, save, as_json)


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
    """Search by words, by a picture, or by both; the best pages come first.

    "pictures of dogs" finds those that show dogs.
    """
    from ..show.passages import show_passages

    if not query.strip() and image is None:
        raise UsageError("search: give words to look for, or a picture with --image")
    filters = filters_of(folder, types, documents, after, before)
    settings = load_settings()
    service = warm_service(settings)
    if service is not None:
        found, why = warm_search(service, index, query, image, limit, filters, rerank)
    else:
        picture = None if image is None else load_image(image, settings)
        with reading(index, settings) as opened, as_usage(), cancelling() as control:
            found = opened.search(
                query, picture=picture, limit=limit, filters=filters, rerank=rerank, control=control
            )
            pictures = None if found else opened.pictures(query, filters=filters)
            why = pictures.why if pictures is not None else ""
    if why:
        console(stderr=as_json).print(why, markup=False, highlight=False)
    if as_json:
        print_json([passage.model_dump(mode="json") for passage in found])
    elif not why:
        with open_highlighter(query) as marker:
            show_passages(found, marker, console())


def warm_search(
    service: Service,
    index: Path,
    query: str,
    image: Path | None,
    limit: int,
    filters: Filters | None,
    rerank: bool | None,
) -> tuple[list[Passage], str]:
    """The same search, by the warm program; of pictures that were not found, why."""
    from ...schema import Passage
    from ...ui.service.wire import SearchRequest

    request = SearchRequest(
        index=str(index.expanduser().absolute()),
        query=query,
        image=None if image is None else str(image.expanduser().absolute()),
        limit=limit,
        filters=None if filters is None else asdict(filters),
        rerank=rerank,
    )
    with as_usage():
        found, why = service.search(request)
    return [Passage.model_validate(passage) for passage in found], why


def kinds(as_json: Json = False) -> None:
    """List the kinds of documents that can be read, and which extra each needs."""
    from ...retrieval.loaders.registry import formats
    from ..show.kinds import describe_kind, show_kinds

    if as_json:
        print_json([describe_kind(known) for known in formats()])
    else:
        show_kinds(formats(), console())


def load_image(path: Path, settings: Settings) -> Image:
    from ...media.formats import PictureFile

    return PictureFile(path, settings.media).page(1)


def stats(index: Folder, as_json: Json = False) -> None:
    """How much is in the index, where it came from, and which files could not be read."""
    from ..show.documents import show_stats

    with reading(index) as opened:
        counts, roots, failures = opened.counts(), opened.roots(), opened.failures()
    if as_json:
        failed = [{"path": f.path, "reason": f.reason, "when": f.when} for f in failures]
        print_json({"index": str(index), **counts, "roots": roots, "failed": failed})
    else:
        show_stats(counts, roots, failures, console())
