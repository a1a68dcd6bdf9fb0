"""What every chat model refuses in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ...errors import BadInput, UsageError
from .base import Message


def check_pictures(messages: Sequence[Message], *, sees_images: bool, model: str) -> None:
    """Refuse pictures for a model that reads only text.

    Raises:
        BadInput: names the first picture.
    """
    if sees_images:
        return
    for message in messages:
        for picture in message.pictures:
            raise BadInput(
                picture.name or f"picture {picture.sha256[:12]}",
                f"the model {model} reads only text; choose one that sees pictures, "
                "or tell it what the experts saw",
            )


def check_options(options: Sequence[str]) -> None:
    """Refuse options that the first token of a reply cannot tell apart.

    Raises:
        UsageError: fewer than two, an empty one, or one that is the beginning of another.
    """
    if len(options) < 2:
        raise UsageError(f"expected two or more options, got {list(options)!r}")
    plain = sorted(option.strip().casefold() for option in options)
    if not plain[0]:
        raise UsageError(f"expected no empty option, got {list(options)!r}")
    for shorter, longer in pairwise(plain):
        # sorted: a prefix of any option stands directly before one that it begins
        if longer.startswith(shorter):
            raise UsageError(f"options must begin differently, got {list(options)!r}")
