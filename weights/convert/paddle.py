"""PP-OCRv6 small: its detector and recogniser as PaddleOCR wants them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import WeightsError
from .lighten import lighten

_EXACT = ("Conv.18", "Conv.26")
"""Of the recogniser's convolutions the two whose inputs are of such different sizes that eight bits
lose most; measured one by one."""
_NARROWEST = 160
"""Pixels that a shorter line of text is filled up to; more costs time and reads no better."""


def make_ocr(source: Path, into: Path) -> None:
    """PaddleOCR wants each model as a folder with a description; the packages hold the bare ONNX."""
    detector, recogniser = (source / f"PP-OCRv6_{kind}_small.onnx" for kind in ("det", "rec"))
    reads = rec_config(_characters(recogniser))
    paddle_folder(into / "det", _det_config(), partial(share, detector))
    paddle_folder(into / "rec", reads, partial(share, recogniser))
    paddle_folder(into / "light", reads, partial(lighten, recogniser, exact=_EXACT))


def paddle_folder(folder: Path, config: dict[str, Any], write: Callable[[Path], None]) -> None:
    """Make a folder of a description and the model that `write` puts into the file it is given."""
    import yaml  # type: ignore[import-untyped]

    folder.mkdir()
    write(folder / "inference.onnx")
    text = yaml.safe_dump(config, allow_unicode=False, sort_keys=False)
    (folder / "inference.yml").write_text(text, "ascii")


def share(model: Path, into: Path) -> None:
    """The same bytes in another place, taking room once where the file system can."""
    try:
        into.hardlink_to(model)
    except OSError:
        shutil.copyfile(model, into)


def _det_config() -> dict[str, Any]:
    return {
        "Global": {"model_name": "PP-OCRv6_small_det"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": {"resize_long": 960}},
                {
                    "NormalizeImage": {
                        "mean": [0.485, 0.456, 0.406],
                        "std": [0.229, 0.224, 0.225],
                        "scale": "1./255.",
                        "order": "hwc",
                    }
                },
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.2,
            "box_thresh": 0.45,
            "unclip_ratio": 1.4,
            "max_candidates": 3000,
        },
    }


def rec_config(characters: str) -> dict[str, Any]:
    """The description of a recogniser of these characters."""
    return {
        "Global": {"model_name": "PP-OCRv6_small_rec"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, _NARROWEST]}},
                {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length"]}},
            ]
        },
        # Not as a list of characters: parsing that took most of the engine's start-up.
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }


def _characters(recogniser: Path) -> str:
    """What the recogniser can write, from its own metadata; one more class is "none", one a space.

    Raises:
        WeightsError: the list does not fit the model's output.
    """
    import onnx

    model = onnx.load(str(recogniser))
    written = {entry.key: entry.value for entry in model.metadata_props}
    characters: list[str] = written.get("character", "").split("\n")
    if characters and not characters[-1]:
        characters.pop()
    classes = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    if any(len(character) != 1 for character in characters) or len(characters) + 2 != classes:
        raise WeightsError(
            f"{recogniser.name} lists {len(characters)} characters, expected {classes - 2} of one sign each"
        )
    return "".join(characters)


def paddle_name(folder: Path) -> str:
    """The name in a model's description, which begins with it."""
    with (folder / "inference.yml").open(encoding="utf-8") as stream:
        for line in stream:
            key, _, value = line.partition(":")
            if key.strip() == "model_name":
                return value.strip().strip("'\"")
    raise WeightsError(f"{folder / 'inference.yml'} names no model (Global.model_name)")
