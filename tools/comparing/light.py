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
_LEAST_SPREAD = 0.004
_TERMS = 6  # of the place: 1, x, y, xy, xx, yy
_BLOWN = 253
"""Levels of 255 from which a camera may have cut off what was brighter."""


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
    values, targets = (pixels[both].astype(np.float64) / 255 for pixels in (small[1], small[0]))
    y, x = (axis[both] for axis in np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j])
    fitted = _fit([_terms(value, x, y) for value in values.T], list(targets.T))
    lit = np.stack([_applied(second[..., c], fitted[c]) for c in range(3)], axis=-1)
    np.clip(lit, 0, 255, out=lit)
    return np.where(second >= _BLOWN, np.maximum(lit, first), lit)


def _terms(
    value: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the fit is a sum of: [points, terms]."""
    import numpy as np

    places = (np.ones_like(x), x, y, x * y, x * x, y * y)
    curve = (value * value, value**3)
    return np.stack([*places, *(value * place for place in places), *curve], axis=-1)


def _applied(values: NDArray[np.uint8], weights: NDArray[np.float64]) -> Floats:
    """A channel of the whole picture in the other light, 0 to 255."""
    import numpy as np

    height, width = values.shape
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    w = weights.astype(np.float32)

    def smooth(c: Floats) -> Floats:
        field: Floats = c[0] + c[2] * y + c[5] * y * y + (c[1] + c[3] * y) * x + c[4] * (x * x)
        return field

    value = values.astype(np.float32) / 255
    gain = smooth(w[_TERMS : 2 * _TERMS]) + value * (w[-2] + value * w[-1])
    lit: Floats = 255 * (smooth(w[:_TERMS]) + value * gain)
    return lit


def _fit(
    terms: list[NDArray[np.float64]], targets: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Least squares of each channel, reweighted after Tukey; a point that differs in one counts in none.

    It begins at one gain for the whole picture: begun at the plain least squares, it took a large thing
    of another colour for light. A small ridge keeps flat pictures from odd solutions.
    """
    import numpy as np

    unchanged = np.zeros(terms[0].shape[1])
    unchanged[_TERMS] = 1.0  # the value itself
    weights = [
        unchanged * _gain(t[:, _TERMS], target) for t, target in zip(terms, targets, strict=True)
    ]
    for _ in range(_ROUNDS):
        trust = np.ones(len(targets[0]))
        for own, target, w in zip(terms, targets, weights, strict=True):
            apart = np.abs(own @ w - target)
            spread = max(1.4826 * float(np.median(apart)), _LEAST_SPREAD)
            trust = np.minimum(trust, np.clip(1 - (apart / (_TUKEY * spread)) ** 2, 0, None) ** 2)
        weights = [
            _solved(own, target, trust, unchanged)
            for own, target in zip(terms, targets, strict=True)
        ]
    return weights


def _gain(value: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    import numpy as np

    lit = value > 0.02
    return float(np.median(target[lit] / value[lit])) if lit.any() else 1.0


def _solved(
    terms: NDArray[np.float64],
    target: NDArray[np.float64],
    trust: NDArray[np.float64],
    unchanged: NDArray[np.float64],
) -> NDArray[np.float64]:
    import numpy as np

    weighted = terms * trust[:, None]
    normal = weighted.T @ terms + 1e-3 * np.eye(terms.shape[1])
    found: NDArray[np.float64] = np.linalg.solve(
        normal, weighted.T @ target + 1e-3 * unchanged
    ).astype(np.float64)
    return found
