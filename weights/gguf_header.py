"""What a GGUF file says of itself at its beginning, read in milliseconds.

gguf-py, which writes such files for us, takes many seconds to read the words of a large model.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from ..errors import WeightsError

__all__ = ["Scalar", "read_header"]

Scalar = int | float | bool | str

_NUMBERS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
"""How values of each type lie in the file, after the specification of GGUF."""
_TEXT, _LIST = 8, 9
_MOST_KEYS = 100_000
_MOST_LETTERS = 2**24


def read_header(path: Path) -> Mapping[str, Scalar]:
    """Its keys and values but for lists, which are passed over.

    Raises:
        WeightsError: it cannot be read, or is no GGUF file.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, struct.error, UnicodeDecodeError):
        raise WeightsError(f"{path}: not a GGUF file, or its beginning is damaged") from None


def _read(file: BinaryIO) -> Mapping[str, Scalar]:
    if file.read(4) != b"GGUF":
        raise ValueError("another magic number")
    _number(file, "<I")  # the version; what is read here is alike in 2 and 3
    _number(file, "<Q")  # tensors
    found: dict[str, Scalar] = {}
    for _ in range(_bounded(_number(file, "<Q"), _MOST_KEYS)):
        key, kind = _text(file), int(_number(file, "<I"))
        value = _value(file, kind)
        if value is not None:
            found[key] = value
    return found


def _value(file: BinaryIO, kind: int) -> Scalar | None:
    if kind == _TEXT:
        return _text(file)
    if kind == _LIST:
        _pass_over(file)
        return None
    return _number(file, _form(kind))


def _pass_over(file: BinaryIO) -> None:
    """Move behind a list."""
    kind, count = int(_number(file, "<I")), int(_number(file, "<Q"))
    if kind == _LIST:
        raise ValueError("lists of lists are of no use here")
    if kind != _TEXT:
        file.seek(count * struct.calcsize(_form(kind)), 1)
        return
    for _ in range(count):
        file.seek(_bounded(_number(file, "<Q"), _MOST_LETTERS), 1)


def _form(kind: int) -> str:
    if kind not in _NUMBERS:
        raise ValueError(f"no type {kind}")
    return _NUMBERS[kind]


def _text(file: BinaryIO) -> str:
    return file.read(_bounded(_number(file, "<Q"), _MOST_LETTERS)).decode("utf-8")


def _number(file: BinaryIO, form: str) -> int | float | bool:
    value: int | float | bool = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _bounded(value: float, most: int) -> int:
    if value > most:
        raise ValueError(f"{value} is more than a file of this kind holds")
    return int(value)
