"""PP-OCRv6 medium with random weights, in the form transformers reads; the sizes are the published ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...settings import DeviceName

__all__ = ["OcrFolders", "write_ocr"]

_BLOCKS = (
    ((3, 128, 128, 1, True), (3, 128, 128, 1, False)),
    ((3, 128, 256, 2, False), (3, 256, 256, 1, True), (3, 256, 256, 1, False)),
    (
        (3, 256, 512, 2, False),
        (3, 512, 512, 1, True),
        (3, 512, 512, 1, False),
        (3, 512, 512, 1, True),
        (3, 512, 512, 1, False),
    ),
    ((3, 512, 896, 2, False), (3, 896, 896, 1, True), (3, 896, 896, 1, False)),
)
"""Of PP-LCNetV4: kernel, channels in, channels out, stride, whether squeeze and excitation follows."""
_CHARACTERS = 18_714


def _intraclass() -> dict[str, list[Any]]:
    """Kernels, strides and paddings of the neck's blocks: long in one direction, in the other, in both."""
    found: dict[str, list[Any]] = {"reduce_channel": [1, 1, 0], "return_channel": [1, 1, 0]}
    for which, size in (("longratio", 7), ("midratio", 5), ("shortratio", 3)):
        pad = (size - 1) // 2
        found[f"vertical_long_to_small_conv_{which}"] = [[size, 1], [1, 1], [pad, 0]]
        found[f"horizontal_small_to_long_conv_{which}"] = [[1, size], [1, 1], [0, pad]]
        found[f"symmetric_conv_long_{which}"] = [[size, size], [1, 1], [pad, pad]]
    return found


@dataclass(frozen=True)
class OcrFolders:
    """What `tools.ocr.reader.Reader` asks for."""

    det: Path
    rec: Path
    light: Path
    device: DeviceName
    det_name: str = "PP-OCRv6_medium_det"
    rec_name: str = "PP-OCRv6_medium_rec"
    engine: Any = "transformers"


def write_ocr(folder: Path, device: DeviceName, shrink: int = 1) -> OcrFolders:
    """Write detector and recogniser below a folder.

    Args:
        device: where they will run.
        shrink: channels and characters are divided by it; 1 for the real size.
    """
    import transformers as hf

    blocks = [
        [[k, i // shrink, o // shrink, stride, se] for k, i, o, stride, se in stage]
        for stage in _BLOCKS
    ]
    stem = [3, 64 // shrink, 128 // shrink]
    stages = [f"stage{number}" for number in range(1, 5)]
    backbone = {"model_type": "pp_lcnet_v4", "stem_type": "large", "stem_channels": stem}
    det = hf.PPOCRV6MediumDetConfig(
        backbone_config={**backbone, "block_configs": blocks, "out_features": stages},
        neck_out_channels=256 // shrink,
        intraclass_block_config=_intraclass(),
        scale_factor_list=[1, 2, 4, 8],
        kernel_list=[3, 2, 2],
    )
    characters = ["blank", *(chr(0x4E00 + at) for at in range(_CHARACTERS // shrink - 2)), " "]
    rec = hf.PPOCRV6SmallRecConfig(head_out_channels=len(characters))
    parts = (
        ("det", hf.AutoModelForObjectDetection.from_config(det), _images("Det")()),
        ("rec", hf.AutoModelForTextRecognition.from_config(rec), _images("Rec")(characters)),
    )
    for name, model, processor in parts:
        model.eval().save_pretrained(folder / name)
        processor.save_pretrained(folder / name)
        about = f"Global:\n  model_name: PP-OCRv6_medium_{name}\n"
        (folder / name / "inference.yml").write_text(about, encoding="utf-8")
    return OcrFolders(folder / "det", folder / "rec", folder / "rec", device)


def _images(kind: str) -> Any:
    import transformers as hf

    if kind == "Det":
        return hf.PPOCRV5ServerDetImageProcessor
    return lambda characters: hf.PPOCRV6SmallRecImageProcessor(character_list=characters)
