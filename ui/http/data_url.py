"""Pictures inside JSON: base64 in a `data:` address."""

from __future__ import annotations

import base64
import binascii
import re

from ...errors import BadInput

_DATA = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+=-]+)*;base64,", re.ASCII)


def decode_data_url(address: str, where: str) -> bytes:
    """The bytes of a base64 `data:` address.

    Args:
        address: the whole of it.
        where: how the picture is called in an error.

    Raises:
        BadInput: it is none, or its base64 is broken.
    """
    match = _DATA.match(address[:200])
    if match is None:
        raise BadInput(where, "expected a picture as data:image/...;base64,...")
    try:
        return base64.b64decode(address[match.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(where, "its base64 is broken; encode the file again") from None
