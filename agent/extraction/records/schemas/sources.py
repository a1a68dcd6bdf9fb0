"""Where a schema comes from: shipped by name, a JSON file, a Pydantic model, or fields in words."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .....errors import UsageError
from .fields import RecordSpec
from .json_schema import record_spec
from .words import schema_of_words

SHIPPED = (
    "invoice",
    "receipt",
    "id_card",
    "business_card",
    "bank_statement",
    "form",
    "document",
)
"""Schemas that come with the program, by name."""

SchemaSource = str | Path | Mapping[str, Any] | type[BaseModel]


def load_schema(source: SchemaSource) -> dict[str, Any]:
    """The JSON Schema that a source names.

    Args:
        source: a shipped name, a path of a JSON file, "package.module:Model", a schema, or a model.

    Raises:
        UsageError: there is no such schema, or it is none.
    """
    if isinstance(source, type) and issubclass(source, BaseModel):
        schema = source.model_json_schema()
    elif isinstance(source, Mapping):
        schema = dict(source)
    elif str(source) in SHIPPED:
        schema = json.loads((files(__package__) / "shipped" / f"{source}.json").read_text("utf-8"))
    elif ":" in str(source) and not Path(source).exists():
        schema = _model(str(source)).model_json_schema()
    else:
        schema = _file(Path(source))
    record_spec(
        schema, _name(source)
    )  # a schema that cannot be used is told of before anything runs
    return schema


def any_schema(given: str | Mapping[str, Any]) -> dict[str, Any]:
    """The schema that somebody far away names: a shipped one, a schema, or fields in words; no file.

    Raises:
        UsageError: it is none.
    """
    if isinstance(given, str) and given not in SHIPPED:
        return schema_of_words(given)
    return load_schema(given)


def spec_of(schema: Mapping[str, Any]) -> RecordSpec:
    """The fields of a loaded schema."""
    return record_spec(schema)


def _name(source: SchemaSource) -> str:
    if isinstance(source, Mapping):
        return "schema"
    return source.__name__ if isinstance(source, type) else str(source)


def _model(source: str) -> type[BaseModel]:
    """The Pydantic model "package.module:Model"; the working folder is looked in, too."""
    module, _, name = source.partition(":")
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        model = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{source}: cannot be imported ({error})") from None
    finally:
        if added:
            sys.path.remove(here)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise UsageError(f"{source}: expected a Pydantic model, got {type(model).__name__}")
    return model


def _file(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is no such schema; expected a JSON Schema file, package.module:Model,"
            f" one of {', '.join(SHIPPED)}, or --fields"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON ({error})") from None
    if not isinstance(schema, dict):
        raise UsageError(f"{path}: expected a JSON Schema, got {type(schema).__name__}")
    return schema
