"""Results of tools kept for the same question about the same pictures."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from hashlib import sha256

from pydantic_core import to_jsonable_python

from ...errors import ToolError
from ...schema import Evidence, ToolCall
from ..base import Tool
from ..context import Context
from .binding import picture_numbered, validate


def fingerprint(tool: Tool, call: ToolCall, context: Context) -> str:
    """The same for two calls that ask the same of the same pictures, however they are written.

    Defaults are filled in and picture numbers are replaced by what the picture is, so the number
    and the order of pictures do not matter. Arguments that do not fit are taken as they are.
    """
    try:
        values = validate(tool, call.arguments)
        for key in tool.arguments.pictures:
            if values[key] is not None:
                picture = picture_numbered(key, values[key], context.pictures)
                values[key] = picture.model_dump(include={"sha256", "origin"})
    except ToolError:
        values = dict(call.arguments)
    plain = to_jsonable_python(values, fallback=repr)
    text = json.dumps([tool.name, plain], sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


class ResultCache:
    """The newest results by `fingerprint`; safe to share between threads.

    Args:
        size: how many results are kept; the one not used for longest goes first.
    """

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._kept: OrderedDict[str, tuple[Evidence, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[Evidence, ...] | None:
        """What was put under the key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, evidence: tuple[Evidence, ...]) -> None:
        """Keep evidence as the tool gave it (without picture numbers)."""
        with self._lock:
            self._kept[key] = evidence
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
