"""`looktwice extract SCHEMA PATH... -o OUT`: documents into records.

Exit codes: 0 done, 1 some documents failed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import UsageError
from .answering import warm_service
from .batch import Engines, ask_all, finish, opener
from .options import Json, Model, Pack, RayAddress
from .settings import load_settings

Per = Literal["document", "page"]
_SECONDS = 1_800.0


def extract(
    schema_and_paths: Annotated[
        list[str],
        typer.Argument(
            metavar="[SCHEMA] PATH...",
            help="a schema (invoice, receipt, id_card, business_card, bank_statement, form, document;"
            " a JSON Schema file; package.module:Model), then documents, pictures or folders",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help=".jsonl, .csv, .xlsx or .parquet"),
    ],
    fields: Annotated[
        str | None,
        typer.Option(
            help="the schema in words: 'number, date: date, lines[]: name, amount: money'"
        ),
    ] = None,
    per: Annotated[Per, typer.Option(help="one record for each")] = "document",
    ignore_embedded: Annotated[
        bool,
        typer.Option("--ignore-embedded", help="read the page, not the data a PDF carries in it"),
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help="documents at once")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="at most so many now")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="one document may take")
    ] = _SECONDS,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="try failed documents again")
    ] = False,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="workers in processes of their own")
    ] = False,
    engine: Annotated[Engines, typer.Option(help="where workers run: here, or on Ray")] = "local",
    address: RayAddress = None,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Read documents into typed records; every value with its page, boxes, quote and confidence.

    Stopped or killed, the same command goes on where it was. A sheet is made from OUT.jsonl beside it,
    which keeps the places of all values.
    """
    from ..agent.batch.records import RecordLinesFormat, record_tasks
    from ..agent.batch.runner import Batch, BatchOptions
    from ..agent.batch.shared_model import usual_workers
    from ..agent.batch.sheets import SHEETS, write_sheet
    from ..agent.extraction.records.schemas.sources import load_schema, spec_of
    from ..agent.extraction.records.schemas.words import schema_of_words
    from .show.batches import READ

    if address is not None and engine != "ray":
        raise UsageError("--address is that of a Ray cluster: add --engine ray")
    ending = output.suffix.lower()
    if ending not in (".jsonl", *SHEETS):
        raise UsageError(f"{output}: records end in .jsonl, {', '.join(SHEETS)}")
    if fields is not None:
        schema, paths = schema_of_words(fields), schema_and_paths
    else:
        schema, paths = load_schema(schema_and_paths[0]), schema_and_paths[1:]
    if not paths:
        raise UsageError("which documents? looktwice extract SCHEMA PATH... -o OUT")
    spec = spec_of(schema)
    settings = load_settings(pack=pack, model=model)
    tasks = record_tasks(
        schema, [Path(path) for path in paths], settings.documents, per, ignore_embedded, output
    )
    at_once = workers or usual_workers(settings)
    options = BatchOptions(at_once, limit=limit, timeout=timeout, retry_failed=retry_failed)
    lines = output if ending == ".jsonl" else output.with_name(f"{output.name}.jsonl")
    with Batch(tasks, lines, settings, options, RecordLinesFormat(schema)) as batch:
        warm = warm_service(settings) if engine == "local" and not isolate else None
        opened = opener(settings, min(at_once, len(batch.todo)), isolate, engine, address, warm)
        try:
            summary = ask_all(batch, opened)
        finally:
            if ending in SHEETS:
                write_sheet(spec, lines, output)
    finish(summary, as_json, READ, _where(output, lines))


def _where(output: Path, lines: Path) -> str:
    """Where the records are, and how they are held against their pages."""
    sheet = f"{output}, with the place of every value in " if output != lines else ""
    return f"records in {sheet}{lines}; check them: looktwice ui --records {lines}"
