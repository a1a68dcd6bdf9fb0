"""Several documents one after the other; one that cannot be read costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .....control import Control
from .....errors import BadInput, MissingExtra, ToolError
from .....schema import Answer, ExtractedRecord
from ..schemas.requests import RecordRequest
from ..schemas.sources import SchemaSource, load_schema
from .extracted import Extracted

ReadRecord = Callable[[RecordRequest, Path, Control], Answer]


def extract_each(
    read: ReadRecord,
    schema: SchemaSource,
    files: str | Path | Sequence[str | Path],
    control: Control | None,
    ignore_embedded: bool,
) -> Iterator[Extracted[Any]]:
    """The record of each file as it is read; what a file fails with is in its `error`.

    Raises:
        UsageError: the schema cannot be used.
        ModelError: the model failed.
    """
    paths = [files] if isinstance(files, str | Path) else list(files)
    request = RecordRequest(json_schema=load_schema(schema), ignore_embedded=ignore_embedded)
    model = schema if isinstance(schema, type) and issubclass(schema, BaseModel) else None
    return _each(read, request, [Path(path).expanduser() for path in paths], model, control)


def _each(
    read: ReadRecord,
    request: RecordRequest,
    paths: Sequence[Path],
    model: type[BaseModel] | None,
    control: Control | None,
) -> Iterator[Extracted[Any]]:
    control = control or Control()
    for path in paths:
        try:
            yield Extracted(read(request, path, control).records[0], model)
        except (BadInput, ToolError, MissingExtra) as error:
            yield Extracted(ExtractedRecord(document=str(path), record={}), model, str(error))
