"""Detectors that transformers runs (after DETR, Carion et al., 2020): D-FINE, RF-DETR, Grounding DINO.

Their weights are safetensors and their licences permissive, so a program that serves others can use them
where the AGPL of Ultralytics does not suit it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ...errors import ToolError, WeightsError
from ...extensions.extras import needs
from ..tiles import TileDetection

__all__ = ["TransformersEngine"]

_SAME = 0.8
"""Overlap from which two boxes are one object seen twice; objects in a crowd overlap less."""
_USUAL = ("person", "animal", "vehicle", "furniture", "food", "plant", "device", "object")
"""What a detector of any name looks for when it is asked for nothing."""


class TransformersEngine:
    """A detector from a local folder, with fixed or open names (`engine.DetectorEngine`).

    Args:
        folder: with config.json and safetensors.
        score: detections below it are dropped, 0..1.
        device: where torch runs it.

    Raises:
        WeightsError: the folder holds no detector.
    """

    def __init__(self, folder: Path, score: float, device: str) -> None:
        with needs("experts"):
            import transformers as hf
        self._score = score
        try:
            config = hf.AutoConfig.from_pretrained(folder, local_files_only=True)
            self.open_vocabulary = config.model_type in _zero_shot()
            kind = (
                hf.AutoModelForZeroShotObjectDetection
                if self.open_vocabulary
                else hf.AutoModelForObjectDetection
            )
            reads = hf.AutoProcessor if self.open_vocabulary else hf.AutoImageProcessor
            self._processor = reads.from_pretrained(folder, local_files_only=True)
            model = kind.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except Exception as error:  # whatever the library says, this folder cannot be used
            raise WeightsError(
                f"{folder.name}: not a detector that can be run ({error})"
            ) from error
        self._model = model.eval().to(device)
        images = getattr(self._processor, "image_processor", self._processor)
        self.side = _longest(images.size)
        self.labels = _USUAL if self.open_vocabulary else tuple(config.id2label.values())

    def predict(self, image: Image.Image, names: Sequence[str]) -> list[TileDetection]:
        """One pass; see `DetectorEngine.predict`."""
        try:
            found = (
                self._asked(image, names or _USUAL) if self.open_vocabulary else self._all(image)
            )
        except ToolError:
            raise
        except Exception as error:
            raise ToolError(f"the object detector failed: {error}") from error
        return list(_sensible(found, image.size))

    def _run(self, **inputs: Any) -> Any:
        import torch

        with torch.inference_mode():
            return self._model(**inputs)

    def _all(self, image: Image.Image) -> Iterator[TileDetection]:
        """Everything of the names it was trained on."""
        inputs = self._processor(images=image, return_tensors="pt").to(self._model.device)
        (found,) = self._processor.post_process_object_detection(
            self._run(**inputs), threshold=self._score, target_sizes=[(image.height, image.width)]
        )
        names = self._model.config.id2label
        for at in _once(found["boxes"], found["scores"]):
            label = str(names[int(found["labels"][at])])
            yield TileDetection(label, float(found["scores"][at]), _corners(found["boxes"][at]))

    def _asked(self, image: Image.Image, names: Sequence[str]) -> Iterator[TileDetection]:
        """What fits one of these names best: each box is held against the words of each name."""
        import torch
        from transformers.image_transforms import center_to_corners_format

        text = "".join(f"{_plain(name)}. " for name in names)
        inputs = self._processor(images=image, text=text, return_tensors="pt")
        places = _places(self._processor.tokenizer, text, names)
        outputs = self._run(**inputs.to(self._model.device))
        chances = outputs.logits[0].sigmoid().float().cpu()  # [queries, tokens]
        by_name = torch.stack([chances[:, tokens].amax(dim=1) for tokens in places], dim=1)
        scores, kinds = by_name.max(dim=1)
        size = torch.tensor([image.width, image.height] * 2)
        boxes = center_to_corners_format(outputs.pred_boxes[0].float().cpu()) * size
        kept = (scores >= self._score).nonzero().flatten()
        for at in kept[_once(boxes[kept], scores[kept])]:
            yield TileDetection(names[int(kinds[at])], float(scores[at]), _corners(boxes[at]))


def _zero_shot() -> Any:
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_ZERO_SHOT_OBJECT_DETECTION_MAPPING_NAMES as kinds,
    )

    return [kind for kind in kinds if "grounding" in kind]  # the others are asked in other ways


def _longest(size: Any) -> int:
    """Pixels of the longer side that an image processor makes, as far as it says so."""
    sizes = [int(value) for key, value in dict(size).items() if key != "shortest_edge" and value]
    return max(sizes or [int(dict(size).get("shortest_edge", 640))])


def _plain(name: str) -> str:
    """A name as Grounding DINO was trained to be asked: lower case, and no stop inside."""
    return " ".join(name.lower().replace(".", " ").split())


def _places(tokenizer: Any, text: str, names: Sequence[str]) -> list[list[int]]:
    """The tokens of each name in the text that lists them, each followed by a stop.

    Raises:
        ToolError: they are too many for the model, so some would not be looked for.
    """
    offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    start, found = 0, list[list[int]]()
    for name in names:
        end = start + len(_plain(name))
        found.append([at for at, (a, b) in enumerate(offsets) if start <= a < b <= end])
        start = end + 2
    most = getattr(tokenizer, "model_max_length", len(offsets))
    if len(offsets) > most or not all(found):
        raise ToolError(f"the object detector cannot be asked for {list(names)}", "unavailable")
    return found


def _once(boxes: Any, scores: Any) -> Any:
    """Places of boxes, best first, without those that are nearly the same as a better one."""
    from torchvision.ops import nms

    return nms(boxes.float(), scores.float(), _SAME)


def _corners(box: Any) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in box)
    return x1, y1, x2, y2


def _sensible(found: Iterator[TileDetection], size: tuple[int, int]) -> Iterator[TileDetection]:
    """Boxes clipped to the image; what is empty or no number is dropped."""
    for label, score, box in found:
        x1, y1, x2, y2 = (
            min(max(value, 0.0), float(size[axis % 2])) for axis, value in enumerate(box)
        )
        if x2 > x1 and y2 > y1:
            yield TileDetection(label, score, (x1, y1, x2, y2))
