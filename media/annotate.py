"""Evidence drawn on its picture: boxes and labels, so that an answer can be checked by eye.

The chat page draws its own boxes (`ui/web/style.css`), and so do reports of evaluations.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFont

from ..errors import UsageError
from ..extensions.extras import needs
from ..schema import Answer, Box, Citation, Evidence, Picture, Value
from .names import last_part
from .store import Store

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MOST_UNCITED = 50
"""Evidence boxes drawn where nothing was cited; more would hide the picture."""

_LONGEST_LABEL = 40  # characters
_SMALLEST_SIDE = 480  # pixels; smaller pictures are enlarged so that labels can be read
_COLORS = ["#d81b60", "#1e66d0", "#00796b", "#c74a00", "#6a1b9a", "#33691e", "#5d4037", "#37474f"]
_THIN_COLOR = "#f9a825"
_PEN_COLOR = "#ffee58"
_FONTS = (  # by reach; looked for where the system keeps its fonts
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-zenhei.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "malgun.ttf",
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "arial.ttf",
)


class Mark(Value):
    """One box to draw.

    Attributes:
        box: in the frame of the picture's original.
        label: what to write at it; "" writes nothing.
        color: number of the color; marks that belong together share it.
        thin: a box in the background, drawn thin, in one color and first.
        pen: a stroke of a yellow pen instead of a box, so that the words in it stay readable.
    """

    box: Box
    label: str = ""
    color: int = 0
    thin: bool = False
    pen: bool = False


def draw(
    image: Image.Image, marks: Sequence[Mark], picture: Picture, *, numbered: bool = False
) -> Image.Image:
    """Draw marks on a copy of a picture; line width and text size follow the picture's.

    Labels stay inside the picture and apart from each other; characters that no font on this
    machine can draw become an ellipsis. Marks outside the picture are left out.

    Args:
        image: the pixels of `picture`, of any size.
        marks: what to draw, later ones on top.
        picture: whose frame the boxes are in.
        numbered: write 1, 2, ... into the boxes instead of labels (after Set-of-Mark prompting);
            the numbers count `marks`.

    Raises:
        ValueError: a box is in another frame than the picture.
    """
    placed = [
        (mark, area, str(number) if numbered else mark.label)
        for number, mark in enumerate(marks, start=1)
        if (area := _area(mark, picture, image.size)) is not None
    ]
    line = max(2, round(math.hypot(*image.size) / 450))
    canvas = _strokes(image.convert("RGB"), [p for p in placed if p[0].pen], line)
    for thin in (True, False):
        canvas = _boxes(canvas, [p for p in placed if p[0].thin == thin and not p[0].pen], line)
    return _labels(canvas, [p for p in placed if p[2].strip()], centered=numbered)


def annotate(store: Store, answer: Answer, folder: Path) -> list[Path]:
    """Save every picture of an answer that evidence points at, with that evidence drawn on it.

    What the answer cites is drawn strongly, with the evidence id and what it shows; other objects
    thinly. Where a picture has evidence but nothing on it is cited, the evidence is drawn.

    Args:
        store: holds the pictures.
        answer: what to show.
        folder: made if missing; no file in it is ever replaced.

    Returns:
        The PNG files, named after the pictures, in the order of `answer.pictures`.

    Raises:
        BadInput: a picture is no longer in the store.
        UsageError: the folder cannot be written.
    """
    files = []
    for picture in {p.sha256: p for p in answer.pictures}.values():
        marks = marks_of(answer, picture)
        if marks:
            drawn = draw(_readable_size(store.open(picture)), marks, picture)
            files.append(_save(drawn, picture, Path(folder)))
    return files


def marks_of(answer: Answer, picture: Picture) -> list[Mark]:
    """What `annotate` draws on one picture; empty when no evidence with boxes points at it."""
    frame = picture.origin.frame if picture.origin else "picture"

    def here(item: Evidence | Citation) -> bool:
        return item.source.picture == picture.original

    evidence = [e for e in answer.evidence if here(e) and _places(e)]
    if not evidence:
        return []
    known = {e.id: e for e in evidence}
    cited = [m for c in answer.citations if here(c) for m in _cited(c, known.get(c.evidence))]
    if cited:
        rest = [Mark(box=d.box, thin=True) for e in evidence for d in e.detections]
    else:
        rest = [m for e in evidence for m in _uncited(e)][:MOST_UNCITED]
    return _once([m for m in [*cited, *rest] if m.box.frame == frame])


def _cited(citation: Citation, evidence: Evidence | None) -> Iterator[Mark]:
    """A citation's boxes: each object by its name, words once, at the first of their boxes."""
    for box in citation.boxes:
        name = _object_at(box, evidence)
        words = name or citation.quote
        label = f"{citation.evidence} {words}".strip() if name or box is citation.boxes[0] else ""
        yield Mark(box=box, label=label, color=_number(citation.evidence))


def _places(evidence: Evidence) -> tuple[Box, ...]:
    """Where evidence lies: as a whole, or its finer parts."""
    return evidence.boxes or (
        *(detection.box for detection in evidence.detections),
        *(line.box for line in evidence.lines),
    )


def _uncited(evidence: Evidence) -> Iterator[Mark]:
    boxes = _places(evidence)
    for box in boxes:
        name = _object_at(box, evidence)
        label = f"{evidence.id} {name}".strip() if name or box is boxes[0] else ""
        yield Mark(box=box, label=label, color=_number(evidence.id))


def _object_at(box: Box, evidence: Evidence | None) -> str:
    """The name of the detected object with this box, "" if it is none."""
    found = evidence.detections if evidence else ()
    best = max(found, key=lambda d: d.box.iou(box), default=None)
    return best.label if best and best.box.iou(box) > 0.9 else ""


def _once(marks: Sequence[Mark]) -> list[Mark]:
    """Without later marks on the same box; the first, a cited one if there is one, stays."""
    first: dict[Box, Mark] = {}
    for mark in marks:
        first.setdefault(mark.box, mark)
    return list(first.values())


def _number(evidence_id: str) -> int:
    digits = re.sub(r"\D", "", evidence_id)
    return int(digits[:6]) if digits else 0


Placed = tuple[Mark, tuple[float, float, float, float], str]


def _area(
    mark: Mark, picture: Picture, size: tuple[int, int]
) -> tuple[float, float, float, float] | None:
    """The mark in the pixels of an image of `size`, clipped to it; None when it lies outside."""
    x1, y1, x2, y2 = picture.local(mark.box)
    across, down = size[0] / picture.width, size[1] / picture.height
    x1, x2 = max(0.0, x1 * across), min(size[0] - 1.0, x2 * across)
    y1, y2 = max(0.0, y1 * down), min(size[1] - 1.0, y2 * down)
    return (x1, y1, x2, y2) if x1 <= x2 and y1 <= y2 else None


def _strokes(canvas: Image.Image, placed: Sequence[Placed], line: int) -> Image.Image:
    """Yellow under what is dark, with a rim that can be seen on dark paper too."""
    if not placed:
        return canvas
    paper = Image.new("RGB", canvas.size, "white")
    areas = [(x1 - line // 2, y1 - 1, x2 + line // 2, y2 + 1) for _, (x1, y1, x2, y2), _ in placed]
    for area in areas:
        ImageDraw.Draw(paper).rectangle(area, fill=_PEN_COLOR)
    inked = ImageChops.multiply(canvas, paper)
    for area in areas:
        ImageDraw.Draw(inked).rectangle(area, outline=_THIN_COLOR, width=max(1, line // 3))
    return inked


def _boxes(canvas: Image.Image, placed: Sequence[Placed], line: int) -> Image.Image:
    if not placed:
        return canvas
    with needs("experts"):
        import supervision as sv

    thin = placed[0][0].thin
    annotator = sv.BoxAnnotator(
        color=sv.Color.from_hex(_THIN_COLOR) if thin else sv.ColorPalette.from_hex(_COLORS),
        thickness=max(1, (line + 1) // 2) if thin else line,
    )
    drawn: Image.Image = annotator.annotate(canvas, _detections(placed))
    return drawn


def _labels(canvas: Image.Image, placed: Sequence[Placed], *, centered: bool) -> Image.Image:
    if not placed:
        return canvas
    import supervision as sv

    size = _text_size(canvas.size)
    padding = max(2, size // 4)
    font_path = _font_for("".join(text for _, _, text in placed))
    font = _font(font_path, size)
    room = canvas.width - 2 * padding - 2
    annotator = sv.RichLabelAnnotator(
        color=sv.ColorPalette.from_hex(_COLORS),
        font_path=font_path,
        font_size=size,
        text_padding=padding,
        text_position=sv.Position.CENTER if centered else sv.Position.TOP_LEFT,
        smart_position=True,
    )
    if not centered:
        placed = [_roomy(p, size + 3 * padding, canvas.height) for p in placed]
    drawn: Image.Image = annotator.annotate(
        canvas, _detections(placed), [_fitting(text, font, room) for _, _, text in placed]
    )
    return drawn


def _roomy(placed: Placed, needed: int, height: int) -> Placed:
    """Where there is no room for a label above the box, let it stand below, not on the box."""
    mark, (x1, y1, x2, y2), text = placed
    if y1 < needed <= height - y2:
        y1, y2 = y2 + needed, y2 + needed
    return mark, (x1, y1, x2, y2), text


def _detections(placed: Sequence[Placed]) -> Any:
    import numpy as np
    import supervision as sv

    return sv.Detections(
        xyxy=np.array([area for _, area, _ in placed], dtype=float),
        class_id=np.array([mark.color % len(_COLORS) for mark, _, _ in placed]),
    )


def _text_size(size: tuple[int, int]) -> int:
    return max(12, round(math.sqrt(size[0] * size[1]) / 55))


def _fitting(text: str, font: Font, room: float) -> str:
    """One line of the text, cut to `room` pixels, with only what the font can draw."""
    text = _drawable(" ".join(text.split()), font)
    if len(text) > _LONGEST_LABEL:
        text = text[: _LONGEST_LABEL - 1].rstrip() + "…"
    while len(text) > 1 and font.getlength(text) > room:
        text = text[:-2].rstrip() + "…"
    return text


def _drawable(text: str, font: Font) -> str:
    missing = _missing(text, font)
    if not missing:
        return text
    return re.sub(f"[{re.escape(''.join(missing))}]+", "…", text)


def _missing(text: str, font: Font) -> set[str]:
    """Characters for which the font draws its sign for "no such character"."""
    unknown = _glyph(font, "\U0010ffff")
    return {c for c in set(text) if not c.isspace() and _glyph(font, c) == unknown}


def _glyph(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _font_for(text: str) -> str | None:
    """The path of the font that can draw most of the text; None for Pillow's own (ASCII)."""
    best, fewest = None, len(_missing(text, _font(None, 16)))
    for path in _font_paths():
        missing = len(_missing(text, _font(path, 16)))
        if best is None or missing < fewest:
            best, fewest = path, missing
        if not fewest:
            break
    return best


@lru_cache(maxsize=1)
def _font_paths() -> tuple[str, ...]:
    """Fonts found on this machine, and at last the one that comes with matplotlib."""
    found = []
    for name in (*_FONTS, *_matplotlib_font()):
        try:
            found.append(str(ImageFont.truetype(name, 16).path))
        except OSError:
            continue
    return tuple(found)


def _matplotlib_font() -> Iterator[str]:
    """DejaVu Sans (Latin, Greek, Cyrillic, Arabic, Hebrew); supervision requires matplotlib."""
    spec = importlib.util.find_spec("matplotlib")
    if spec and spec.origin:
        yield str(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf")


@lru_cache(maxsize=16)
def _font(path: str | None, size: int) -> Font:
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _readable_size(image: Image.Image) -> Image.Image:
    """The picture, enlarged by a whole factor where labels would be larger than what they name."""
    factor = min(16, math.ceil(_SMALLEST_SIDE / max(image.size)))
    if factor <= 1:
        return image
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)


def _save(image: Image.Image, picture: Picture, folder: Path) -> Path:
    """Save as a new file; an existing one, perhaps the user's own picture, is never touched."""
    stem = _file_stem(picture)
    number = 1
    while True:
        path = folder / (f"{stem}.png" if number == 1 else f"{stem}-{number}.png")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                image.save(file, "PNG")
            return path
        except FileExistsError:
            if not path.exists():  # it is the folder's name that is taken, by a file
                raise UsageError(f"{folder} is not a folder; name another one") from None
            number += 1
        except OSError as error:
            raise UsageError(f"{path} cannot be written ({error})") from error


def _file_stem(picture: Picture) -> str:
    """A file name made of the picture's: no path, no dots in front, no characters of a shell."""
    name = last_part(picture.name).rsplit(".", 1)[0]
    stem = re.sub(r"[^\w.-]+", "_", name).strip("._-")
    return f"{stem[:80] or picture.sha256[:12]}-evidence"
