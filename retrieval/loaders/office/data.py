"""Data as text: JSON, JSON Lines, notebooks and XML, each value told with where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .flowing import FlowLine, markdown_lines
from .grid import table_lines

__all__ = ["is_notebook", "json_lines", "notebook_lines", "xml_lines"]

_DEEPEST = 100
_MOST = 500_000
"""Values of one file."""
_TABLE = 2
"""Records that are alike make a table, from so many on."""


def json_lines(value: Any, path: str = "") -> Iterator[FlowLine]:
    """The values of a JSON document, one a line after their keys ("address.city: Rye").

    Lists of flat records with the same keys are told as tables.
    """
    left = _MOST
    stack: list[tuple[str, Any, int]] = [(path, value, 0)]
    while stack and left > 0:
        where, one, depth = stack.pop()
        left -= 1
        if isinstance(one, dict) and depth < _DEEPEST:
            stack += [
                (_below(where, key), inner, depth + 1) for key, inner in reversed(one.items())
            ]
        elif isinstance(one, list) and (rows := _records(one)):
            if where:
                yield FlowLine(f"{where}:", begins=True)
            yield from table_lines(rows)
        elif isinstance(one, list) and all(not isinstance(x, dict | list) for x in one):
            yield FlowLine(
                f"{where}: {', '.join(map(_shown, one))}" if where else ", ".join(map(_shown, one))
            )
        elif isinstance(one, list) and depth < _DEEPEST:
            stack += [
                (f"{where}[{at}]", inner, depth + 1)
                for at, inner in reversed(list(enumerate(one, 1)))
            ]
        else:
            text = _shown(one) if not isinstance(one, dict | list) else "..."
            yield FlowLine(f"{where}: {text}" if where else text)


def _below(where: str, key: str) -> str:
    return f"{where}.{key}" if where else str(key)


def _records(values: list[Any]) -> list[list[str]]:
    """A head and rows, if these are records of plain values with keys in common."""
    if len(values) < _TABLE or not all(isinstance(one, dict) and one for one in values):
        return []
    keys: dict[str, None] = {}
    for one in values:
        keys.update(dict.fromkeys(map(str, one)))
    plain = all(not isinstance(x, dict | list) for one in values for x in one.values())
    if not plain or len(keys) > 3 * min(map(len, values)):
        return []
    return [list(keys), *([_shown(one.get(key)) for key in keys] for one in values)]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_notebook(value: Any) -> bool:
    """Whether a JSON document is a notebook of Jupyter's."""
    return isinstance(value, dict) and isinstance(value.get("cells"), list) and "nbformat" in value


def notebook_lines(notebook: dict[str, Any]) -> Iterator[FlowLine]:
    """The cells of a notebook: text as Markdown, code as it is, and what it gave."""
    import base64
    import binascii

    for cell in notebook["cells"]:
        if not isinstance(cell, dict):
            continue
        source = _joined(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            yield from markdown_lines(source)
            continue
        yield from _block(source)
        for output in cell.get("outputs") or ():
            if not isinstance(output, dict):
                continue
            found = output.get("data")
            data = found if isinstance(found, dict) else {}
            text = _joined(output.get("text")) or _joined(data.get("text/plain"))
            yield from _block(text or _joined(output.get("evalue")))
            picture = _joined(data.get("image/png") or data.get("image/jpeg"))
            if picture:
                try:
                    yield FlowLine("", picture=base64.b64decode(picture))
                except (binascii.Error, ValueError):
                    continue


def _joined(text: Any) -> str:
    if isinstance(text, list):
        return "".join(map(str, text))
    return text if isinstance(text, str) else ""


def _block(text: str) -> Iterator[FlowLine]:
    for at, line in enumerate(text.split("\n")):
        if line.strip():
            yield FlowLine(line, begins=at == 0)


def xml_lines(root: Any) -> Iterator[FlowLine]:
    """The texts and attributes of an XML document, each after the names of its elements."""
    from lxml import etree

    names: list[str] = []
    left = _MOST
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            names.pop()
            if element.tail and element.tail.strip() and names:
                yield FlowLine(f"{names[-1]}: {' '.join(element.tail.split())}")
            continue
        names.append(element.tag.rpartition("}")[2])
        left -= 1
        if left <= 0:
            return
        if len(element) and names[1:]:
            yield FlowLine(f"{names[-1]}", begins=True) if element.attrib else FlowLine("")
        for name, value in element.attrib.items():
            yield FlowLine(f"{names[-1]} {name.rpartition('}')[2]}: {value}")
        if element.text and element.text.strip():
            yield FlowLine(f"{names[-1]}: {' '.join(element.text.split())}")


def parsed(text: str) -> list[Any]:
    """The value of a JSON file, or those of its lines.

    Raises:
        ValueError: it is neither.
    """
    try:
        return [json.loads(text)]
    except ValueError:
        values = [json.loads(line) for line in text.splitlines() if line.strip()]
        if not values:
            raise
        return values
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
