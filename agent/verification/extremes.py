"""Which is the highest, of values that were read with their names: the program's work, not the model's.

A small model asked for the highest bar names the first one as gladly as the right one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Evidence, Table
from ..evidence.contents import Values, columns
from ..evidence.grounding import same_word
from ..text.facts import content_words, plain_words, squeezed

MOST = frozenset(
    """
highest largest biggest greatest most maximum tallest longest best hochste großte meisten
mayor maximo maggiore
""".split()
)
"""As `facts.words` gives them, without accents; `LEAST` the same."""
LEAST = frozenset(
    """
lowest smallest fewest least minimum shortest niedrigste kleinste wenigsten menor minimo minore
""".split()
)
_FEWEST = 2


def right_extreme(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft, or the name of the highest (lowest) value where the draft names another one.

    Only where the question asks for one of them, and a column of what was read is meant without doubt.
    """
    asked = plain_words(question)
    most, least = bool(asked & MOST), bool(asked & LEAST)
    tables = (table for item in evidence if item.kind == "text" for table in item.tables)
    found = [values for table in tables for values in columns_of(table, question)]
    if most == least or len(found) != 1:
        return draft
    values = found[0]
    named = [name for name in values if squeezed(name) == squeezed(draft)]
    best = (max if most else min)(values.values())
    right = [name for name, value in values.items() if value == best]
    return right[0] if named and len(right) == 1 else draft


def columns_of(table: Table, question: str) -> list[Values]:
    """The named values of a chart, or of the columns of a table that a question speaks of."""
    asked = content_words(question)
    return [
        values
        for column, values in columns(table).items()
        if len(values) >= _FEWEST
        and all(any(same_word(w, a) for a in asked) for w in content_words(column))
    ]
