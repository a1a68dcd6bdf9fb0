"""The light of one picture put on another, so that only what is shown differs.

Each channel of the second picture becomes a smooth function of the place times a curve of its own value
(gain, gradient, gamma, tint), fitted robustly: what differs in a part of the picture does not bend it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_SIDE = 96  # pixels of the long side that the fit is made on
_ROUNDS = 12
_TUKEY = 4.7  # residuals beyond so many deviations weigh nothing


def lit_like(first: Pixels, second: Pixels, shown: NDArray[np.bool_]) -> Floats:
    """The second picture in the light of the first.

    Args:
        first: uint8 [height, width, 3].
        second: laid over it.
        shown: where both have pixels.

    Returns:
        float32 [height, width, 3], 0 to 255.
    """
    import cv2
    import numpy as np

    height, width = first.shape[:2]
    scale = _SIDE / max(height, width)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (first, second)]
    both = cv2.resize(shown.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    if both.sum() < 100:
        return second.astype(np.float32)
    lit = np.empty(second.shape, np.float32)
    for channel in range(3):
        value = small[1][..., channel].astype(np.float64) / 255
        target = small[0][..., channel].astype(np.float64) / 255
        weights = _fit(_terms(value)[both], target[both])
        whole = second[..., channel].astype(np.float64) / 255
        lit[..., channel] = 255 * (_terms(whole) @ weights)
    return np.clip(lit, 0, 255, out=lit)


def _terms(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the fit is a sum of: [height, width, terms]."""
    import numpy as np

    height, width = value.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    places = (np.ones_like(x), x, y, x * y, x * x, y * y)
    curve = (value * value, value**3)
    return np.stack([*places, *(value * place for place in places), *curve], axis=-1)


def _fit(terms: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares, reweighted after Tukey; a small ridge keeps flat pictures from odd solutions."""
    import numpy as np

    unchanged = np.zeros(terms.shape[1])
    unchanged[6] = 1.0  # the value itself
    trust = np.ones(len(target))
    weights: NDArray[np.float64] = unchanged
    for _ in range(_ROUNDS):
        weighted = terms * trust[:, None]
        normal = weighted.T @ terms + 1e-3 * np.eye(terms.shape[1])
        weights = np.linalg.solve(normal, weighted.T @ target + 1e-3 * unchanged).astype(np.float64)
        apart = np.abs(terms @ weights - target)
        spread = max(1.4826 * float(np.median(apart)), 0.004)
        trust = np.clip(1 - (apart / (_TUKEY * spread)) ** 2, 0, None) ** 2
    return weights
