"""What a parser of office files raises becomes one error for people, whatever it was."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ....errors import BadInput

__all__ = ["parsing"]


@contextmanager
def parsing(path: Path, kind: str) -> Iterator[None]:
    """Say of anything a parser raises that this file cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a converter could not take over is no fault
            yield
    except BadInput:
        raise
    except MemoryError:
        raise BadInput(
            str(path), "needs more memory than may be used; split it, or save it as PDF"
        ) from None
    except csv.Error as error:
        raise BadInput(
            str(path), f"is no table that can be read ({error}); rename it to .txt to add its text"
        ) from error
    except Exception as error:  # a hostile file may make a parser raise anything
        raise BadInput(
            str(path), f"is a damaged {kind} file ({error or type(error).__name__}); save it again"
        ) from error
