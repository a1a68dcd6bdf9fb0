"""What a look at the installation yields."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        found: what is there, in a few words.
        mend: the command (or step) that puts it right; "" when all is well.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""
