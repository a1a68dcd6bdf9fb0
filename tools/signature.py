"""A function's hints and docstring as arguments a model can give: checked, described by a schema."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema

from ..schema import Picture
from .context import Context

_PICTURE_NUMBER = "number of the picture, 1 is the first"


@dataclass(frozen=True)
class ToolArguments:
    """How JSON arguments become the function's: a validating model and who gets what."""

    model: type[BaseModel]
    fields: Mapping[str, str]  # argument -> field of the model
    pictures: frozenset[str]
    context: str | None


def read_signature(
    label: str, function: Callable[..., Any], descriptions: Mapping[str, str]
) -> tuple[ToolArguments, bool]:
    """The arguments of a function as a model, and whether it needs a picture."""
    signature = inspect.signature(function)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"tool {label}: a hint cannot be resolved at module level: {error}"
        ) from None
    if unknown := sorted(set(descriptions) - set(signature.parameters)):
        raise TypeError(f"tool {label}: the docstring describes {unknown}, which it does not take")
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    pictures: set[str] = set()
    context: str | None = None
    needs_picture = False
    for parameter in signature.parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"tool {label}: *args, **kwargs and positional-only arguments are out")
        key = parameter.name
        if key not in hints:
            raise TypeError(f"tool {label}: argument {key!r} has no type hint")
        hint = hints[key]
        if hint is Context:
            context = key
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        text = descriptions.get(key, "")
        if _is_picture(hint):
            pictures.add(key)
            needs_picture |= hint is Picture
            text = f"{text.rstrip('.')}: {_PICTURE_NUMBER}" if text else _PICTURE_NUMBER
            hint, default = (int, 1) if hint is Picture else (int | None, None)
        elif Picture in _parts(hint):
            raise TypeError(f"tool {label}: argument {key!r}: use Picture or Picture | None")
        if not text:
            raise TypeError(f"tool {label}: argument {key!r} is not described under 'Args:'")
        # An alias, since an argument may be called like a method of BaseModel ("json", "copy").
        names[key] = f"argument_{len(names)}"
        fields[names[key]] = (hint, Field(default, alias=key, description=text))
    try:
        model = create_model(
            label,
            __config__=ConfigDict(
                extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=False
            ),
            **fields,
        )
    except PydanticUserError as error:
        raise TypeError(f"tool {label}: a hint has no JSON form: {error.message}") from None
    return ToolArguments(model, names, frozenset(pictures), context), needs_picture


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in typing.get_args(hint):
        yield from _parts(part)


def _is_picture(hint: Any) -> bool:
    return hint is Picture or set(typing.get_args(hint)) == {Picture, NoneType}


class _PlainSchema(GenerateJsonSchema):
    """Leaves out titles, which only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema(label: str, model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema without references, so that it can stand inside a larger one."""
    try:
        schema = model.model_json_schema(schema_generator=_PlainSchema)
    except PydanticUserError as error:
        raise TypeError(f"tool {label}: a hint has no JSON form: {error.message}") from None
    schema.pop("title", None)
    definitions = schema.pop("$defs", {})

    def inline(part: Any, inside: tuple[str, ...]) -> Any:
        if isinstance(part, list):
            return [inline(item, inside) for item in part]
        if not isinstance(part, dict):
            return part
        if isinstance(part.get("$ref"), str):
            name = part["$ref"].rpartition("/")[2]
            if name in inside:
                raise TypeError(f"tool {label}: {name} holds itself; use plain types")
            rest = {key: value for key, value in part.items() if key != "$ref"}
            return {**inline(definitions[name], (*inside, name)), **rest}
        return {key: inline(value, inside) for key, value in part.items()}

    result: dict[str, Any] = inline(schema, ())
    return result
