"""Tables for tests, drawn into PDFs by hand: ruled or not, at any place, also turned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from looktwice.schema import Table

from ..pdf_kit import Pdf, Sheet, text

PEOPLE = (
    ("Town", "People", "Area"),
    ("Aldport", "1,204", "12.5"),
    ("Brinwick", "873", "9.1"),
    ("Cormouth", "15,660", "88.0"),
    ("Dunfield", "402", "3.7"),
)
PROSE = (
    "The towns of the coast have grown since the harbour was opened, and most of",
    "their people now work in the yards rather than on the boats, as the council",
    "found when it asked them in the spring of the year before the last election",
    "and again in the autumn of the same year, with much the same result as then.",
)


def line(x1: float, y1: float, x2: float, y2: float) -> bytes:
    """A stroke of one point."""
    return b"1 w %g %g m %g %g l S\n" % (x1, y1, x2, y2)


def drawn(
    rows: Sequence[Sequence[str]],
    x: float = 72,
    y: float = 700,
    wide: float = 110,
    high: float = 18,
    ruled: bool = False,
) -> bytes:
    """Rows of cells from a place downwards, figures to the right of their columns."""
    content = b""
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            shift = wide - 10 - 5.6 * len(words) if c and words[:1].isdigit() else 4
            if words:
                content += text(x + c * wide + shift, y - r * high - 13, words, 10)
    if ruled:
        across, down = len(rows[0]), len(rows)
        content += b"".join(
            line(x, y - r * high, x + across * wide, y - r * high) for r in range(down + 1)
        )
        content += b"".join(
            line(x + c * wide, y, x + c * wide, y - down * high) for c in range(across + 1)
        )
    return content


def prose(y: float, lines: Sequence[str] = PROSE) -> bytes:
    """Running text from a height downwards."""
    return b"".join(text(72, y - 13 * at, words, 11) for at, words in enumerate(lines))


def pdf(path: Path, *pages: bytes, rotate: int = 0) -> Path:
    """A PDF of these pages."""
    path.write_bytes(Pdf([Sheet(page, rotate=rotate) for page in pages]).data())
    return path


def rows_of(table: Table) -> list[list[str]]:
    """Texts by row and column."""
    rows, columns = table.shape
    grid = [[""] * columns for _ in range(rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid
