"""Which documents a command is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import UsageError

if TYPE_CHECKING:
    from ...retrieval.catalog.rows import Filters


def filters_of(
    folder: str,
    types: Sequence[str] | None,
    documents: Sequence[str] | None,
    after: str,
    before: str,
) -> Filters | None:
    """The filters that were given; None for none."""
    from ...retrieval.catalog.rows import Filters
    from ...retrieval.loaders.registry import formats

    known = sorted(known.kind for known in formats())
    if unknown := [t for t in types or () if t not in known]:
        raise UsageError(f"--type: {', '.join(unknown)} is none of {', '.join(known)}")
    for option, date in (("--after", after), ("--before", before)):
        if date and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", date):
            raise UsageError(f"{option}: {date!r} is no date; write 2022, 2022-08 or 2022-08-19")
    filters = Filters(folder, tuple(types or ()), tuple(documents or ()), after, before)
    return None if filters == Filters() else filters
