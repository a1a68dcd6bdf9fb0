"""Requests that a server refuses, but would take without something that they came with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from .http_client import StatusError

_REFUSED = (400, 404, 415, 422, 500, 501)
_BLIND = re.compile(
    r"not (?:a |an )?(?:multi-?modal|vision)"
    r"|(?:not|n't|cannot) (?:support|accept|process|take|allow|handle)\w{0,12}\W.{0,40}"
    r"(?:image|vision|multi-?modal|picture)"
    r"|at most 0 image"
    r"|(?:image|vision|multi-?modal)\w{0,12}\W.{0,40}(?:not|un) ?-?(?:supported|allowed|available)"
    r"|only supports? text|mmproj|data required for image",
    re.IGNORECASE,
)
_NO_SCHEMAS = re.compile(r"response_format|json.?schema|grammar|structured|guided", re.IGNORECASE)

Extra = Literal["pictures", "schema", "logprobs"]


class Refused(Exception):
    """The server does not know what a request came with.

    Attributes:
        what: that thing.
        error: what the server said.
    """

    def __init__(self, what: Extra, error: StatusError) -> None:
        super().__init__(what)
        self.what: Extra = what
        self.error = error


@contextmanager
def noticed(request: Mapping[str, Any]) -> Iterator[None]:
    """Tell such a refusal of a request apart from every other failure."""
    try:
        yield
    except StatusError as error:
        what = _what(request, error)
        if what is None:
            raise
        raise Refused(what, error) from None


def _what(request: Mapping[str, Any], error: StatusError) -> Extra | None:
    said = f"{error} {json.dumps(error.body, default=str)}"
    if error.status not in _REFUSED:
        return None
    if "logprobs" in request and "logprob" in said.lower():
        return "logprobs"
    pictured = any(isinstance(message["content"], list) for message in request["messages"])
    if pictured and _BLIND.search(said):
        return "pictures"
    if "response_format" in request and _NO_SCHEMAS.search(said):
        return "schema"
    return None
