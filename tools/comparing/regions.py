"""Where two pictures of one scene differ: regions with a box in each, light and small shifts left out.

After Img-Diff: what differs is cut out, so that experts and models look at it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from PIL import Image

from ...extensions.extras import needs
from ...schema import Box, Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .alignment import Alignment

    Mask = NDArray[np.bool_]

_SIDE = 1024  # pixels of the long side that pictures are compared at
_LEAST = 30.0
"""Levels of 255 a pixel must differ by; noise and the packing of JPEG stay below."""
_NOISE = 6.0
"""Deviations of what differs everywhere that a pixel must differ by."""
_GAP = 0.012
"""Of the long side: parts nearer to each other are one difference."""
_SMALLEST = 0.007
"""Of the long side: what is smaller on both sides is grain."""
_OF_PEAK = 0.35
"""Of how much a thing differs at its most: what differs less around it is its shadow, or light."""
_STRAY = 3
"""Pixels that a part may lie beside where the whole of the picture puts it."""
_EXPLAINED = 0.35
"""Share of a difference that may be left when it is moved so, before it counts."""
_RIM = 0.02
"""Of the long side: what is thinner and touches the border is the border of the other picture."""
_MOST = 40
_ONLY_ONE = 1.8
"""Times as many edges along the border of a difference: only that picture shows a thing there."""

Kind = Literal["added", "removed", "changed"]


class DifferingRegion(NamedTuple):
    """A part that differs.

    Attributes:
        kind: "added" is shown by the second picture only, "removed" by the first only.
        first, second: where it stands in each, in the frames of the originals.
        strength: mean difference, 0 to 1.
    """

    kind: Kind
    first: Box
    second: Box
    strength: float


class PixelComparison(NamedTuple):
    """What a comparison of pixels found.

    Attributes:
        same_scene: whether the pictures could be laid over each other; else there are no regions.
        regions: the largest first.
        share: of the common part that differs, 0 to 1.
    """

    same_scene: bool
    regions: tuple[DifferingRegion, ...] = ()
    share: float = 0.0


def differing_regions(
    first: Image.Image, second: Image.Image, pictures: tuple[Picture, Picture]
) -> PixelComparison:
    """Compare two pictures.

    Args:
        first: pixels of the first picture.
        second: pixels of the second.
        pictures: what they are; convert the boxes.

    Raises:
        MissingExtra: OpenCV is not installed.
    """
    import numpy as np

    with needs("experts"):
        from .alignment import align
    small = [reduced(image) for image in (first, second)]
    pixels = [np.asarray(image.convert("RGB")) for image in small]
    alignment = align(pixels[0], pixels[1])
    if alignment is None:
        return PixelComparison(same_scene=False)
    lit = _in_its_light(pixels[0], alignment)
    blurred = _softened(pixels[0])
    apart = _apart(blurred, lit)
    apart[~alignment.shown] = 0
    mask = _solid(apart)
    regions = [
        _region(mask_of_one, apart, pixels[0], alignment, box, (first, second), pictures)
        for box, mask_of_one in _parts(mask, apart)
        if not _only_moved(box, blurred, lit, mask_of_one)
    ]
    regions.sort(key=lambda region: -region.first.area)
    share = float(mask.sum() / max(1, alignment.shown.sum()))
    return PixelComparison(True, tuple(regions[:_MOST]), share)


def reduced(image: Image.Image) -> Image.Image:
    factor = _SIDE / max(image.size)
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BOX)


def _in_its_light(first: NDArray[np.uint8], alignment: Alignment) -> NDArray[np.float32]:
    from .light import lit_like

    return _softened(lit_like(first, alignment.laid, alignment.shown))


def _softened(pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the grain of the camera."""
    import cv2
    import numpy as np

    soft: NDArray[np.float32] = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), 1.2)
    return soft


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel differs, 0 to 255; 0 where a neighbour of the other picture is the same."""
    import cv2
    import numpy as np

    near = np.ones((3, 3), np.uint8)
    beyond = [
        np.maximum(a - cv2.dilate(b, near), cv2.erode(b, near) - a)
        for a, b in ((one, other), (other, one))
    ]
    apart: NDArray[np.float32] = np.maximum(0, np.maximum(*beyond)).max(axis=2)
    return apart


def _only_moved(
    box: tuple[int, int, int, int],
    one: NDArray[np.float32],
    other: NDArray[np.float32],
    own: Mask,
) -> bool:
    """Whether a part is the same in both when it is moved by a few pixels."""
    x1, y1, x2, y2 = box
    high, wide = own.shape
    inside = own[y1:y2, x1:x2]
    before = int(inside.sum())
    for dy in range(-_STRAY, _STRAY + 1):
        for dx in range(-_STRAY, _STRAY + 1):
            if not (x1 + dx >= 0 and x2 + dx <= wide and y1 + dy >= 0 and y2 + dy <= high):
                continue
            moved = other[y1 + dy : y2 + dy, x1 + dx : x2 + dx]
            left = (_apart(one[y1:y2, x1:x2], moved) > _LEAST) & inside
            if left.sum() <= _EXPLAINED * before:
                return True
    return False


def _solid(apart: NDArray[np.float32]) -> Mask:
    """The pixels that differ, with those around which both pictures differ but less."""
    import cv2
    import numpy as np

    noise = 1.4826 * float(np.median(apart[apart > 0])) if (apart > 0).any() else 0.0
    sure = max(_LEAST, min(_NOISE * noise, 90.0))
    weak = (apart > sure / 2).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak)
    strong = np.zeros(count, bool)
    strong[np.unique(labels[apart > sure])] = True
    strong[0] = False
    solid: Mask = strong[labels]
    return solid


def _parts(mask: Mask, apart: NDArray[np.float32]) -> list[tuple[tuple[int, int, int, int], Mask]]:
    """Groups of neighbouring pixels: the box x1, y1, x2, y2 of each, and its pixels."""
    import cv2
    import numpy as np

    long = max(mask.shape)
    gap = max(3, round(_GAP * long)) | 1
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((gap, gap), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    found = []
    for number in range(1, count):
        own = mask & (labels == number)
        peak = float(np.quantile(apart[own], 0.9)) if own.any() else 0.0
        own &= apart >= _OF_PEAK * peak
        ys, xs = own.nonzero()
        if not len(xs):
            continue
        box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        wide, high = box[2] - box[0], box[3] - box[1]
        thin = min(wide, high) < 3 and max(wide, high) < 3 * gap
        rim = box[0] == 0 or box[1] == 0 or box[2] == mask.shape[1] or box[3] == mask.shape[0]
        thin = thin or (rim and min(wide, high) < _RIM * long)
        if max(wide, high) >= _SMALLEST * long and not thin and own.sum() >= 6:
            found.append((box, own))
    return found


def _region(
    own: Mask,
    apart: NDArray[np.float32],
    first: NDArray[np.uint8],
    alignment: Alignment,
    box: tuple[int, int, int, int],
    images: tuple[Image.Image, Image.Image],
    pictures: tuple[Picture, Picture],
) -> DifferingRegion:
    import cv2
    import numpy as np

    x1, y1, x2, y2 = box
    corners = np.array([[[x1, y1]], [[x2, y1]], [[x2, y2]], [[x1, y2]]], np.float64)
    there = cv2.perspectiveTransform(corners, np.linalg.inv(alignment.matrix))[:, 0]
    other = (*there.min(axis=0).tolist(), *there.max(axis=0).tolist())
    return DifferingRegion(
        _kind(own, first, alignment.laid),
        _placed(box, images[0], pictures[0]),
        _placed(other, images[1], pictures[1]),
        round(float(apart[own].mean() / 255), 3),
    )


def _placed(box: tuple[float, ...], image: Image.Image, picture: Picture) -> Box:
    """A box of the reduced picture in the frame of the original."""
    factor = max(1.0, max(image.size) / _SIDE)
    x1, x2 = (min(max(x * factor, 0.0), picture.width) for x in (box[0], box[2]))
    y1, y2 = (min(max(y * factor, 0.0), picture.height) for y in (box[1], box[3]))
    return picture.box(x1, y1, x2, y2)


def _kind(own: Mask, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Kind:
    """By the border of a difference: a thing has an edge there, bare ground has none."""
    import cv2
    import numpy as np

    solid = cv2.morphologyEx(own.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    ring = cv2.dilate(solid, np.ones((5, 5), np.uint8)) - cv2.erode(
        solid, np.ones((3, 3), np.uint8)
    )
    edges = []
    for pixels in (first, second):
        grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
        across, down = cv2.spatialGradient(grey)
        slopes = np.hypot(across.astype(np.float32), down.astype(np.float32))
        edges.append(float(slopes[ring > 0].mean()) + 1.0)
    if edges[0] > _ONLY_ONE * edges[1]:
        return "removed"
    return "added" if edges[1] > _ONLY_ONE * edges[0] else "changed"
