"""Two pictures of one scene laid over each other. The only file here that imports OpenCV for it.

Features (SIFT) that both pictures show give a homography (MAGSAC); of it, a plain shift and no change
at all the one is taken under which the pictures differ least.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Matrix = NDArray[np.float64]

_FEATURES = 3000
_DISTINCT = 0.75
"""Lowe's ratio: how much nearer the best match of a feature must be than the second."""
_REPROJECTION = 2.0
"""Pixels a feature may lie beside where the homography puts it."""
_FEWEST = 12
"""Matches from which a homography is believed."""
_SCALES = (0.4, 2.5)
"""How much smaller or larger the second picture may show the scene."""
_SAME_SCENE = 0.55
"""Share of a picture's edges that the other has as well, from which both show the same scene."""


class Alignment(NamedTuple):
    """How the second picture lies over the first.

    Attributes:
        matrix: 3 x 3, takes points of the second picture to the first.
        laid: the second picture in the frame of the first, uint8 [height, width, 3].
        shown: bool [height, width], where both pictures have pixels.
    """

    matrix: Matrix
    laid: Pixels
    shown: NDArray[np.bool_]


def align(first: Pixels, second: Pixels) -> Alignment | None:
    """Lay the second picture over the first; None where they show no common scene.

    Args:
        first: uint8 RGB [height, width, 3].
        second: likewise, of any size.
    """
    import cv2

    grey = [cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) for pixels in (first, second)]
    ways = [_laid(first, second, matrix) for matrix in _ways(grey[0], grey[1])]
    if not ways:
        return None
    best = min(ways, key=lambda way: _residual(first, way))
    return best if _common_edges(first, best) >= _SAME_SCENE else None


def _ways(first: Pixels, second: Pixels) -> Iterator[Matrix]:
    import cv2
    import numpy as np

    if first.shape == second.shape:
        yield np.eye(3)
        (x, y), _ = cv2.phaseCorrelate(second.astype(np.float32), first.astype(np.float32))
        yield np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])
    elif abs(first.shape[1] / first.shape[0] / (second.shape[1] / second.shape[0]) - 1) < 0.02:
        across, down = first.shape[1] / second.shape[1], first.shape[0] / second.shape[0]
        yield np.diag([across, down, 1.0])
    if (matrix := _homography(first, second)) is not None:
        yield matrix


def _homography(first: Pixels, second: Pixels) -> Matrix | None:
    import cv2
    import numpy as np

    sift = getattr(cv2, "SIFT_create")(  # noqa: B009 - missing in the types of the library
        _FEATURES, contrastThreshold=0.02
    )
    at, there = sift.detectAndCompute(first, None), sift.detectAndCompute(second, None)
    if at[1] is None or there[1] is None or min(len(at[0]), len(there[0])) < _FEWEST:
        return None
    pairs = cv2.BFMatcher().knnMatch(there[1], at[1], k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _DISTINCT * p[1].distance]
    if len(good) < _FEWEST:
        return None
    source = np.array([there[0][match.queryIdx].pt for match in good], np.float32)
    target = np.array([at[0][match.trainIdx].pt for match in good], np.float32)
    matrix, inliers = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, _REPROJECTION, maxIters=5000, confidence=0.999
    )
    if matrix is None or int(inliers.sum()) < _FEWEST or not _plausible(matrix):
        return None
    found: Matrix = matrix
    return found


def _plausible(matrix: Matrix) -> bool:
    """No mirror, no extreme scale, hardly any perspective."""
    import numpy as np

    scale = float(np.linalg.det(matrix[:2, :2]))
    tilted = float(np.abs(matrix[2, :2]).max())
    return _SCALES[0] ** 2 < scale < _SCALES[1] ** 2 and tilted < 2e-3


def _laid(first: Pixels, second: Pixels, matrix: Matrix) -> Alignment:
    import cv2
    import numpy as np

    size = (first.shape[1], first.shape[0])
    laid = cv2.warpPerspective(second, matrix, size, flags=cv2.INTER_LINEAR)
    inside = np.full(second.shape[:2], 255, np.uint8)
    shown = cv2.warpPerspective(inside, matrix, size, flags=cv2.INTER_NEAREST)
    shown = cv2.erode(shown, np.ones((5, 5), np.uint8), borderValue=255)
    return Alignment(matrix, laid, shown > 0)


def _slopes(pixels: Pixels) -> Floats:
    """How steep each pixel is, uint8 RGB to [height, width]."""
    import cv2

    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), 1.2)
    across, down = cv2.spatialGradient(grey)
    slopes: Floats = abs(across).astype("float32") + abs(down).astype("float32")
    return slopes


def _residual(first: Pixels, way: Alignment) -> float:
    """Mean difference of the slopes where both have pixels: what light leaves as it is."""
    import numpy as np

    if way.shown.mean() < 0.3:
        return float("inf")
    apart = np.abs(_slopes(first) - _slopes(way.laid))[way.shown]
    return float(np.minimum(apart, 60).mean())


def _common_edges(first: Pixels, way: Alignment) -> float:
    """Share of the edges of both that lie on an edge of the other, within two pixels."""
    import cv2
    import numpy as np

    if way.shown.mean() < 0.3:
        return 0.0
    edges = [_edges(pixels) & way.shown for pixels in (first, way.laid)]
    near = [cv2.dilate(e.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for e in edges]
    total = int(edges[0].sum() + edges[1].sum())
    if not total:
        return 1.0  # two empty pictures are alike
    return float((edges[0] & near[1]).sum() + (edges[1] & near[0]).sum()) / total


def _edges(pixels: Pixels) -> NDArray[np.bool_]:
    import numpy as np

    slopes = _slopes(pixels)
    return slopes > max(24.0, float(np.quantile(slopes, 0.85)))
