"""The words of a PDF page, each with its box, in the order in which pdfium reads them.

Asking pdfium about every character would take longer than everything else together. So the text comes
in one call, and only the first and the last character of a word are asked where they stand.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...pages import XYXY, Word
from ...text.marks import apart_from_numbers
from .glyphs import BEFORE_PUNCTUATION, comes_in_pairs, drawn_once, in_reading_order, parted

_LINES = re.compile(r"[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_WORDS = re.compile(r"\S+")
_HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-"}
"""What pdfium gives for a hyphen at a line's end."""
_DROPPED = dict.fromkeys((*range(0x02), *range(0x03, 0x20), 0x7F, 0x200B, 0xFEFF))
_CLEAN = {**_DROPPED, **_HYPHENS}
_FORCE_BOLD = 1 << 18
_BOLD = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)
_TALLEST, _DEEPEST = 1.25, 0.45
"""Above and below the baseline, in font sizes: more is a font that lies about its height."""
_STEP = 0.6
"""Of a font size: a baseline that steps by more begins another line."""
_UNEVEN = 0.08
"""Of a letter's height: a word whose ends differ by more may have a raised mark at one of them."""
_RAISED, _SMALLER = 0.12, 0.85
"""How far a mark stands above its line, in font sizes, and how tall it is, of its neighbours, at most."""
_UPRIGHT = 1.3
"""Times as high as wide: a word of several letters that is written from the top down."""
_WIDE = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Chinese characters and Japanese syllables."""
_TWICE = 0.15
"""Of a font size: a word this close to the same word is that word drawn once more, to look bold."""


@dataclass(slots=True)
class TextRun:
    """Words on one baseline, left to right, as they were found.

    Attributes:
        base: the baseline's distance from the top of the page as shown, in points.
        size: of the font as shown, in points.
        flat: whether it is written from left to right, not up, down or upside down.
        row: whether it is a row of a table, put together from cells of several lines.
    """

    words: list[Word]
    base: float
    size: float
    bold: bool
    flat: bool
    row: bool = False

    @property
    def x1(self) -> float:
        return min(box[0] for box in self.boxes)

    @property
    def x2(self) -> float:
        return max(box[2] for box in self.boxes)

    @property
    def boxes(self) -> list[XYXY]:
        return [word.box for word in self.words if word.box is not None]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """How a PDF's own coordinates (y up, before rotation) become those of the page as shown.

    Attributes:
        left, bottom, right, top: the visible part (CropBox within MediaBox) in PDF units.
        turn: quarter turns clockwise.
        unit: points in one PDF unit.
    """

    left: float
    bottom: float
    right: float
    top: float
    turn: int
    unit: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown, in points."""
        width, height = (self.right - self.left) * self.unit, (self.top - self.bottom) * self.unit
        return (height, width) if self.turn % 2 else (width, height)

    def shown(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Points right of the left edge and below the top edge of the page as shown."""
        from_left, from_right = x - self.left, self.right - x
        from_top, from_bottom = self.top - y, y - self.bottom
        across, down = (
            (from_left, from_top),
            (from_bottom, from_left),
            (from_right, from_bottom),
            (from_top, from_right),
        )[self.turn]
        return across * self.unit, down * self.unit

    def goes_right(self, dx: float, dy: float) -> bool:
        """Whether a direction in PDF coordinates runs from left to right on the page as shown."""
        across = (dx, dy, -dx, -dy)[self.turn]
        down = (-dy, dx, dy, -dx)[self.turn]
        return across > 0 and abs(down) < 0.1 * across


def view_of(page: Any) -> PageGeometry:
    """The view of an open pdfium page."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    turn = pdfium.FPDFPage_GetRotation(page) % 4
    side = box.top - box.bottom if turn % 2 else box.right - box.left
    unit = pdfium.FPDF_GetPageWidthF(page) / side if side > 0 else 1.0
    return PageGeometry(box.left, box.bottom, box.right, box.top, turn, unit)


def read_text(text_page: Any, most: int) -> str:
    """The first `most` characters; one string position for every character pdfium counts."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFText_CountChars(text_page), most)
    if count <= 0:
        return ""
    units = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, units)
    text = bytes(units)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
    if len(text) == count and written - 1 == count:
        return text
    # pdfium left characters out or wrote some as two units: only one by one are places sure.
    codes = (pdfium.FPDFText_GetUnicode(text_page, at) for at in range(count))
    return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)


def read_runs(text_page: Any, text: str, view: PageGeometry) -> list[TextRun]:
    """The page's words by line, those outside the visible part left out.

    Args:
        text_page: an open pdfium text page.
        text: what `read_text` gave for it.
        view: of the same page.
    """
    text = in_reading_order(text_page, text)
    lines = [
        [(word.start(), word.end()) for word in _WORDS.finditer(text, line.start(), line.end())]
        for line in _LINES.finditer(text)
    ]
    lines = [line for line in lines if line]
    if not lines:
        return []
    fonts = [_font_size(text_page, line[0][0], view) for line in lines]
    spans = [span for line in lines for span in line]
    sizes = np.repeat([size if flat else 0.0 for size, flat in fonts], [len(x) for x in lines])
    found = _places(text_page, spans, view)
    seen = _visible(found.boxes, view).tolist()
    columns = _vertical(text, spans, found.boxes)
    sizes[list(columns)] = 0.0
    boxes = _trim(found, sizes, view).tolist()
    words = [
        Word(_clean(text[start:end]), (box[0], box[1], box[2], box[3]))
        for (start, end), box in zip(spans, boxes, strict=True)
    ]
    pieces = _pieces(text_page, text, spans, words, found.uneven)
    for at in _drawn_twice(words, found.bases, sizes):
        seen[at] = False
    runs: list[TextRun] = []
    at = 0
    for line, font in zip(lines, fonts, strict=True):
        kept = [k for k in range(at, at + len(line)) if seen[k] and words[k].text]
        at += len(line)
        for part, (size, flat) in _parts(text_page, kept, found.bases, font, spans, view):
            bold = all(_is_bold(text_page, spans[k][0]) for k in (part[0], part[-1]))
            base = float(found.bases[part[len(part) // 2]])
            if any(k in pieces for k in part):
                size = max(size, *(pieces[k][1] * view.unit for k in part if k in pieces))
            if len(part) > 1 and flat:
                _mark_raised(words, part, found, base, size)
            whole = [word for k in part for word in (pieces[k][0] if k in pieces else [words[k]])]
            runs.append(TextRun(whole, base, size, bold, flat))
    runs = _joined_behind_hyphens(runs)
    return _from_the_right(runs, columns) if columns else runs


def _vertical(
    text: str, spans: list[tuple[int, int]], boxes: NDArray[np.float64]
) -> dict[int, str]:
    """Words written from the top down, as Chinese and Japanese may be."""
    if text.isascii():
        return {}
    high = boxes[:, 3] - boxes[:, 1] > _UPRIGHT * (boxes[:, 2] - boxes[:, 0])
    return {
        at: text[slice(*spans[at])]
        for at in np.flatnonzero(high).tolist()
        if spans[at][1] - spans[at][0] > 1 and _WIDE.search(text, *spans[at])
    }


def _from_the_right(runs: list[TextRun], columns: dict[int, str]) -> list[TextRun]:
    """Columns of vertical writing are read from the right, each a line of its own."""
    known = set(columns.values())
    out: list[TextRun] = []
    upright: list[TextRun] = []
    for run in runs:
        others = [word for word in run.words if word.text not in known]
        upright += [
            TextRun([word], word.box[3], run.size, run.bold, False)
            for word in run.words
            if word.text in known and word.box is not None
        ]
        if others:
            out.append(TextRun(others, run.base, run.size, run.bold, run.flat))
    return [*sorted(upright, key=lambda run: -run.x2), *out]


_Font = tuple[float, bool]


def _parts(
    text_page: Any,
    words: list[int],
    bases: NDArray[np.float64],
    font: _Font,
    spans: list[tuple[int, int]],
    view: PageGeometry,
) -> Iterator[tuple[list[int], _Font]]:
    """One line of pdfium's, parted where its direction turns or its baseline steps.

    pdfium takes the direction of a page's first line for that of all: a page that is turned except
    for its running head comes as one single line.
    """
    if not words:
        return
    size, flat = font
    if flat:
        first, *others = _by_baseline(words, bases, _STEP * size)
        yield first, font
        for part in others:
            yield part, _font_size(text_page, spans[part[0]][0], view)
        return
    if len(words) == 1:
        yield words, font
        return
    fonts = {k: _font_size(text_page, spans[k][0], view) for k in words}
    for upright, group in groupby(words, key=lambda k: fonts[k][1]):
        turned = list(group)
        step = _STEP * fonts[turned[0]][0] if upright else math.inf
        for part in _by_baseline(turned, bases, step):
            yield part, fonts[part[0]]


def _pieces(
    text_page: Any,
    text: str,
    spans: list[tuple[int, int]],
    words: list[Word],
    uneven: NDArray[np.bool_],
) -> dict[int, tuple[list[Word], float]]:
    """Words that are to be read otherwise than they stand in the text, and the size of their letters."""
    found: dict[int, tuple[list[Word], float]] = {}
    signs = not text.isascii()
    for at, (start, end) in enumerate(spans):
        if end - start < 2:
            continue
        word = text[start:end]
        if uneven[at] or (word[-1] in ")]};:,.%" and BEFORE_PUNCTUATION.search(word)):
            read = parted(text_page, text, start, end)
            if read is not None:
                found[at] = (share_box(read[0], words[at].box), read[1])
        if word[0] == word[1] and comes_in_pairs(word):
            once = drawn_once(text_page, text, start, end)
            words[at] = Word(_clean(once), words[at].box)
        if signs and not word.isascii() and at not in found:
            apart = apart_from_numbers(word)
            if apart != word:
                found[at] = (share_box(apart.split(), words[at].box), 0.0)
    return found


def _mark_raised(
    words: list[Word], part: list[int], found: _Places, base: float, size: float
) -> None:
    """Raised figures that stand as words of their own behind others: marks, not numbers."""
    for k in part[1:]:
        if (
            len(words[k].text) <= 3
            and words[k].text.isdigit()
            and found.bases[k] < base - _RAISED * size
            and found.heights[k] < _SMALLER * found.heights[part].max()
        ):
            words[k] = Word(f"[{words[k].text}]", words[k].box)


def share_box(texts: list[str], box: XYXY | None) -> list[Word]:
    """Words that share one box, each a part of its width by its number of letters."""
    if box is None:
        return [Word(_clean(text)) for text in texts]
    x1, y1, x2, y2 = box
    total, at, words = max(1, sum(map(len, texts))), 0, []
    for text in texts:
        left, right = (x1 + (x2 - x1) * share / total for share in (at, at + len(text)))
        at += len(text)
        words.append(Word(_clean(text), (left, y1, right, y2)))
    return words


def _drawn_twice(
    words: list[Word], bases: NDArray[np.float64], sizes: NDArray[np.float64]
) -> Iterator[int]:
    """Words that lie on the same word: programs draw them twice where they have no bold font."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        same = places.setdefault(word.text, [])
        most = _TWICE * float(sizes[at])
        if same and word.box is not None and _lies_on(word.box, at, same, words, bases, most):
            yield at
        same.append(at)


def _lies_on(
    box: XYXY,
    at: int,
    others: list[int],
    words: list[Word],
    bases: NDArray[np.float64],
    most: float,
) -> bool:
    for k in others:
        other = words[k].box
        if (
            other is not None
            and abs(box[0] - other[0]) < most
            and abs(box[2] - other[2]) < most
            and abs(bases[at] - bases[k]) < most
        ):
            return True
    return False


def _joined_behind_hyphens(runs: list[TextRun]) -> list[TextRun]:
    """The rest of a word that was broken at a line's end, put before the words on its line."""
    out: list[TextRun] = []
    rest: TextRun | None = None
    for run in runs:
        if rest is not None and run.flat and abs(run.base - rest.base) < 0.35 * run.size:
            gap = run.x1 - rest.x2
            if -0.2 * run.size < gap < run.size:
                out[-1] = TextRun(rest.words + run.words, run.base, run.size, run.bold, run.flat)
                rest = None
                continue
        broken = bool(out) and out[-1].text.endswith("-") and len(run.words) == 1
        rest = run if broken and run.flat else None
        out.append(run)
    return out


def _by_baseline(words: list[int], bases: NDArray[np.float64], most: float) -> Iterator[list[int]]:
    """One line of pdfium's, parted where it steps up or down by more than `most` points.

    It takes a low mark (a dash in a table's cell) for the end of the line above; raised and lowered
    figures stay where they are.
    """
    part: list[int] = []
    for k in words:
        if part and abs(bases[k] - bases[part[-1]]) > most:
            yield part
            part = []
        part.append(k)
    if part:
        yield part


def _clean(text: str) -> str:
    """Without what cannot be seen or stored: control codes, half characters."""
    if text.isascii() and text.isprintable():
        return text
    whole = text.translate(_CLEAN).encode("utf-16", "surrogatepass")
    return whole.decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where words stand on the page as shown, in points.

    Attributes:
        boxes: [words, 4].
        bases: [words], their baselines.
        heights: [words], of the boxes of their first letters.
        uneven: [words], whether their first and last letters differ in height.
    """

    boxes: NDArray[np.float64]
    bases: NDArray[np.float64]
    heights: NDArray[np.float64]
    uneven: NDArray[np.bool_]


def _places(text_page: Any, spans: list[tuple[int, int]], view: PageGeometry) -> _Places:
    import pypdfium2.raw as pdfium

    rects = (pdfium.FS_RECTF * (2 * len(spans)))()
    box_of, origin_of = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetCharOrigin
    x, y = ctypes.c_double(), ctypes.c_double()
    to_x, to_y = ctypes.byref(x), ctypes.byref(y)
    origins = []
    for at, (start, end) in enumerate(spans):
        box_of(text_page, start, rects[2 * at])
        box_of(text_page, end - 1, rects[2 * at + 1])
        origin_of(text_page, start, to_x, to_y)
        origins.append((x.value, y.value))
    # left, top, right, bottom of the first and the last character of each word
    ends = np.frombuffer(rects, np.float32).reshape(-1, 2, 4).astype(np.float64)
    _repair_flat_boxes(text_page, spans, ends)
    across1, down1 = view.shown(ends[:, :, 0], ends[:, :, 1])
    across2, down2 = view.shown(ends[:, :, 2], ends[:, :, 3])
    boxes = np.stack(
        [
            np.minimum(across1, across2).min(axis=1),
            np.minimum(down1, down2).min(axis=1),
            np.maximum(across1, across2).max(axis=1),
            np.maximum(down1, down2).max(axis=1),
        ],
        axis=1,
    )
    points = np.array(origins)
    tops, feet = np.minimum(down1, down2), np.maximum(down1, down2)
    most = _UNEVEN * (feet - tops).max(axis=1)
    uneven = (np.abs(tops[:, 0] - tops[:, 1]) > most) | (np.abs(feet[:, 0] - feet[:, 1]) > most)
    return _Places(boxes, view.shown(points[:, 0], points[:, 1])[1], (feet - tops)[:, 0], uneven)


def _trim(found: _Places, sizes: NDArray[np.float64], view: PageGeometry) -> NDArray[np.float64]:
    """Boxes cut to the page, and to what a font of that size may cover; size 0 may cover all."""
    width, height = view.size
    high = np.where(sizes > 0, found.bases - _TALLEST * sizes, 0.0)
    low = np.where(sizes > 0, found.bases + _DEEPEST * sizes, height)
    boxes = found.boxes.copy()
    for top in (1, 3):
        boxes[:, top] = np.clip(np.clip(boxes[:, top], high, low), 0.0, height)
    boxes[:, [0, 2]] = np.clip(boxes[:, [0, 2]], 0.0, width)
    return boxes


def _repair_flat_boxes(
    text_page: Any, spans: list[tuple[int, int]], corners: NDArray[np.float64]
) -> None:
    """Fonts without metrics (often Type 3) have flat loose boxes; take the ink of their glyphs."""
    import pypdfium2.raw as pdfium

    sides = [ctypes.c_double() for _ in range(4)]
    flat = (np.abs(corners[:, :, 1] - corners[:, :, 3]) < 0.1).any(axis=1)
    for at in np.flatnonzero(flat).tolist():
        start, end = spans[at]
        for which, char in enumerate((start, end - 1)):
            left, right, bottom, top = sides
            if pdfium.FPDFText_GetCharBox(text_page, char, left, right, bottom, top):
                corners[at, which] = (left.value, top.value, right.value, bottom.value)


def _visible(boxes: NDArray[np.float64], view: PageGeometry) -> NDArray[np.bool_]:
    width, height = view.size
    x, y = boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1)
    inside: NDArray[np.bool_] = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    return inside


def _font_size(text_page: Any, char: int, view: PageGeometry) -> tuple[float, bool]:
    """The size as shown in points, and whether the text runs from left to right."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text_page, char, matrix):
        return 0.0, True
    size = pdfium.FPDFText_GetFontSize(text_page, char)
    shown = abs(size) * math.hypot(matrix.c, matrix.d) * view.unit
    return shown, view.goes_right(matrix.a, matrix.b)


def _is_bold(text_page: Any, char: int) -> bool:
    """By the font's name and flags: its stated weight is often wrong, also for common fonts."""
    import pypdfium2.raw as pdfium

    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, char, name, 128, flags)
    known = name.value.decode("utf-8", "replace")
    return bool(flags.value & _FORCE_BOLD) or _BOLD.search(known) is not None
