"""`looktwice tables FILE... -o FOLDER`: every table of documents and pictures, as files.

Exit codes: 0 done, 1 some files failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadInput, MissingExtra, ToolError
from .options import Json, Pack
from .progress import cancelling
from .settings import load_settings
from .terminal import console, print_json

if TYPE_CHECKING:
    from ..control import Control
    from ..retrieval.tables.folder import TableFolder
    from ..retrieval.tables.read import ReadText, TableReader
    from ..settings import Settings


def tables(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="files and folders")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="where to write")
    ],
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="files of each table")
    ] = "csv,xlsx,html,json",
    as_json: Json = False,
    pack: Pack = None,
) -> None:
    """Write every table of PDFs, office files, web pages and pictures as CSV, XLSX, HTML and JSON."""
    from ..retrieval.loaders.walk import Walk
    from ..retrieval.tables.folder import TableFolder, formats_of
    from ..retrieval.tables.read import TableReader

    settings = load_settings(pack=pack)
    walk = Walk(paths)
    written: list[dict[str, object]] = []
    with (
        TableFolder(output, formats_of(formats)) as folder,
        TableReader(_sharp(settings).documents, _reader(settings)) as reader,
        cancelling() as control,
    ):
        for found in walk.files():
            written.append(_write(found.path, folder, reader, control, as_json))
    failed = [(str(one["file"]), str(one["reason"])) for one in written if one["reason"]]
    failed += walk.failed
    if as_json:
        print_json({"documents": written, "failed": [list(one) for one in failed]})
    for name, reason in failed:
        console(stderr=True).print(f"failed {name}: {reason}", markup=False, highlight=False)
    raise typer.Exit(1 if failed else 0)


def _write(
    path: Path, folder: TableFolder, reader: TableReader, control: Control, quiet: bool
) -> dict[str, object]:
    """Write one document's tables; what is wrong with it costs it alone."""
    count, reason = 0, ""
    try:
        count = folder.add(path, reader.read(path, control))
    except BadInput as error:
        reason = error.reason
    except (ToolError, MissingExtra) as error:
        reason = str(error)
    if not quiet and not reason:
        console().print(f"{count:4} {path}", markup=False, highlight=False)
    return {"file": str(path), "tables": count, "reason": reason}


def _sharp(settings: Settings) -> Settings:
    """Pages are read at 200 dpi at least: the small print of tables needs it."""
    limits = settings.documents
    sharper = limits.model_copy(update={"render_dpi": max(200, limits.render_dpi)})
    return settings.model_copy(update={"documents": sharper})


def _reader(settings: Settings) -> ReadText:
    """OCR of the pack in use, loaded with the first page that needs it."""
    from ..tools.registry import Experts

    return Experts.from_settings(settings).reader.read
