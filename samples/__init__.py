"""Pictures that ship with the program, and a question about each: the demo's and the chat page's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError


class Question(NamedTuple):
    """One question of the demo; `picture` names a file."""

    words: str
    picture: Path


def questions(samples: Path) -> list[Question]:
    """A count on a photo, a total on a receipt, a word on a sign."""
    return [
        Question("How many people are in the picture?", street_photo()),
        Question("What is the total on this receipt?", samples / "receipt.jpg"),
        Question("Which street is named on the sign?", samples / "sign.jpg"),
    ]


def street_photo() -> Path:
    """The photo of a bus in a street that ships inside ultralytics (found without importing it)."""
    spec = find_spec("ultralytics")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        photo = Path(folder) / "assets" / "bus.jpg"
        if photo.is_file():
            return photo
    raise UsageError("ultralytics is not installed whole; mend it: pip install ultralytics")
