"""Plain measurements of a region: its colours by name, and what kind of thing a classifier sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from ..extensions.extras import needs
from ..retrieval.embeddings.runtime import Once

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..retrieval.embeddings.imagenet import ImageNet

    Floats = NDArray[np.float64]

_SIDE = 96  # pixels a side that colours are measured on
_CENTRE = 0.5  # how fast weight falls from the middle to the border, where background begins
_VIVID = 0.1  # chroma at which a pixel counts double: paint says more than shadow and glass

# Hue in OKLCh, degrees: where each colour name begins; the last one ends where the first begins.
_HUES = (
    (12.0, "red"),
    (42.0, "orange"),
    (85.0, "yellow"),
    (116.0, "green"),
    (172.0, "turquoise"),
    (215.0, "blue"),
    (282.0, "purple"),
    (338.0, "pink"),
)


def main_colours(image: Image.Image, least: float = 0.08) -> list[tuple[str, float]]:
    """The colours of what is in the middle of a picture, by basic colour terms.

    Every pixel gets a name from its lightness, chroma and hue in OKLab (after Ottosson) and a
    weight: more in the middle, where the object is, than at the border; more when vivid.

    Args:
        image: a region.
        least: shares below it are left out.

    Returns:
        Name and share (0..1), largest first.
    """
    import numpy as np

    small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    small = small.filter(ImageFilter.BoxBlur(1))  # the grain of a dark photograph has every hue
    lightness, chroma, hue = _oklch(np.asarray(small, dtype=np.float64) / 255)
    names = _names(lightness, chroma, hue)
    weight = _centre_weight(*names.shape) * (1 + np.minimum(chroma / _VIVID, 1.0))
    total = float(weight.sum())
    shares = {str(name): float(weight[names == name].sum()) / total for name in np.unique(names)}
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return [item for item in ordered if item[1] >= least] or ordered[:1]


def colour_of(red: float, green: float, blue: float) -> str:
    """The basic colour term of one colour, its parts 0..255."""
    import numpy as np

    pixel = np.array([[[red, green, blue]]], dtype=np.float64) / 255
    return str(_names(*_oklch(pixel))[0, 0])


def _oklch(rgb: Floats) -> tuple[Floats, Floats, Floats]:
    """SRGB 0..1 [..., 3] as lightness 0..1, chroma (to about 0.32) and hue in degrees."""
    import numpy as np

    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    lab = np.cbrt(linear @ to_lms.T) @ to_lab.T
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    return lightness, np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _names(lightness: Floats, chroma: Floats, hue: Floats) -> NDArray[np.str_]:
    """The basic colour term of every pixel."""
    import numpy as np

    starts = np.array([start for start, _ in _HUES])
    terms = np.array([name for _, name in _HUES], dtype="U9")
    names = terms[np.searchsorted(starts, hue, side="right") - 1]
    warm = (hue >= 30) & (hue < 116)
    names[(names == "red") & (lightness > 0.72) & (chroma < 0.16)] = "pink"
    names[(names == "pink") & (lightness < 0.5)] = "purple"
    names[(names == "yellow") & (lightness < 0.62)] = "green"  # olive
    names[warm & (names != "green") & (lightness < 0.66) & (chroma < 0.17)] = "brown"
    names[warm & (lightness >= 0.66) & (chroma < 0.085)] = "beige"
    grey = chroma < 0.035
    names[grey] = "grey"
    names[grey & (lightness > 0.86)] = "white"
    names[(lightness < 0.32) & (chroma < 0.05) | (lightness < 0.17)] = "black"
    return names


def _centre_weight(height: int, width: int) -> Floats:
    """1 in the middle, falling like a bell to the border."""
    import numpy as np

    y = np.linspace(-1, 1, height)[:, None]
    x = np.linspace(-1, 1, width)[None, :]
    weight: Floats = np.exp(-(x**2 + y**2) / (2 * _CENTRE**2))
    return weight


class Classifier:
    """One of the thousand ImageNet names for a region; loaded at its first use.

    Args:
        path: gives the ONNX file (`image` in, `probabilities` out, metadata `names`).
    """

    def __init__(self, path: Callable[[], Path]) -> None:
        self._network = Once(lambda: _open(path))

    def classify(self, image: Image.Image) -> tuple[str, float]:
        """The likeliest name and its probability.

        Raises:
            WeightsError: the file is missing or no such classifier.
        """
        from ..retrieval.embeddings.imagenet import middle

        network = self._network()
        probabilities = network.run([middle(image)], "probabilities")[0]
        best = int(probabilities.argmax())
        return network.names[best], float(probabilities[best])


def _open(path: Callable[[], Path]) -> ImageNet:
    with needs("experts"):
        from ..retrieval.embeddings.imagenet import ImageNet

    return ImageNet(path)
