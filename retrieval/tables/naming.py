"""What each cell stands under: names of columns over it, names of rows before it, a section's heading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ...schema import Cell
from .figures import is_figure, is_year

__all__ = ["count_head_rows", "head_rows", "named"]


def count_head_rows(cells: Sequence[Cell]) -> int:
    """How many rows at the top name columns: those marked as such, or the first without figures.

    A name over several columns has the names of these under it.
    """
    if not cells:
        return 0
    rows = _rows(cells)
    marked = 0
    while marked in rows and all(cell.is_header for cell in rows[marked]):
        marked += 1
    if marked:
        return min(marked, max(rows))
    first = rows.get(0, [])
    if not first or _mostly_figures(first) or len(rows) < 2:
        return 0
    heads = (
        max(cell.row_span for cell in first if cell.row_span < len(rows))
        if any(cell.row_span < len(rows) for cell in first)
        else 1
    )
    columns = max(cell.column + cell.column_span for cell in cells)
    over_several = any(1 < cell.column_span < columns for cell in first if cell.text)
    if over_several and heads == 1 and not _mostly_figures(rows.get(1, [])):
        heads = 2
    return min(heads, len(rows) - 1)


def head_rows(cells: Sequence[Cell]) -> int:
    """How many rows at the top of a table whose cells are named hold heads alone.

    A row with a lone label in the first column heads a section, not the columns.
    """
    bodies = [cell.row for cell in cells if cell.text and not cell.is_header]
    end = min(bodies, default=0)
    beside = {cell.row for cell in cells if cell.text and cell.column + cell.column_span > 1}
    while end > 1 and end - 1 not in beside:
        end -= 1
    return end


def _rows(cells: Iterable[Cell]) -> dict[int, list[Cell]]:
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell)
    return rows


def _mostly_figures(row: Sequence[Cell]) -> bool:
    texts = [cell.text for cell in row if cell.text and cell.column > 0]
    figures = [text for text in texts if is_figure(text) and not is_year(text)]
    return 2 * len(figures) >= len(texts) > 0


def named(cells: Sequence[Cell], heads: int) -> tuple[Cell, ...]:
    """The same cells with what each stands under.

    Args:
        cells: of one table, without overlap.
        heads: how many rows at the top name columns.
    """
    columns = max((cell.column + cell.column_span for cell in cells), default=0)
    over = [cell for cell in cells if cell.row < heads and cell.text]
    paths = [_path(over, column) for column in range(columns)]
    labels = _labels(cells, heads, columns)
    first_names = _first_column_names(cells, heads)
    out = []
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        if cell.row < heads:
            out.append(cell.model_copy(update={"is_header": True}))
            continue
        label = labels.get(cell.row, ())
        out.append(
            cell.model_copy(
                update={
                    "header": paths[cell.column],
                    "label": label[:-1] if cell.column == 0 else label,
                    "is_header": cell.is_header or (first_names and cell.column == 0),
                }
            )
        )
    return tuple(out)


def _path(heads: Sequence[Cell], column: int) -> tuple[str, ...]:
    """The names over a column, outermost first; one over several columns is named for each."""
    over = [cell for cell in heads if cell.column <= column < cell.column + cell.column_span]
    texts = [cell.text for cell in sorted(over, key=lambda cell: cell.row)]
    return tuple(text for at, text in enumerate(texts) if text not in texts[:at])


def _labels(cells: Sequence[Cell], heads: int, columns: int) -> dict[int, tuple[str, ...]]:
    """The names of each row: of the section it stands in, and its own."""
    labels: dict[int, tuple[str, ...]] = {}
    own: dict[int, str] = {}
    for cell in cells:
        if cell.column == 0 and cell.text:
            own |= dict.fromkeys(range(cell.row, cell.row + cell.row_span), cell.text)
    section: tuple[str, ...] = ()
    for row, members in sorted(_rows(c for c in cells if c.row >= heads).items()):
        filled = [cell for cell in members if cell.text]
        is_section = len(filled) == 1 and filled[0].column == 0 and columns > 1
        if is_section and not is_figure(filled[0].text):
            section = (filled[0].text,)
            labels[row] = section
        else:
            labels[row] = (*section, own[row]) if row in own else section
    return labels


def _first_column_names(cells: Sequence[Cell], heads: int) -> bool:
    """Whether the first column names rows: words beside figures."""
    first = [c.text for c in cells if c.row >= heads and c.column == 0 and c.text]
    rest = [c.text for c in cells if c.row >= heads and c.column > 0 and c.text]
    words = sum(not is_figure(text) for text in first)
    figures = sum(is_figure(text) for text in rest)
    return 2 * words > len(first) and 2 * figures > len(rest)
