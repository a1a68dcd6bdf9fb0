"""Pictures on their way into a model: shrunk, cut into patches and encoded, each once.

Architectures of the Qwen-VL kind describe each picture by a grid of patches (`image_grid_thw`), take what
their vision encoder made of it ready made, and are read picture by picture. Other kinds get the pictures
of a prompt as their processor makes them, together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....media.recent import Recent
from ....media.store import Store
from ....schema import Picture
from ....weights.checkpoint import Parts
from ..pictures import PIXELS_A_TOKEN

if TYPE_CHECKING:
    from PIL.Image import Image

Key = tuple[str, int]
"""A picture (its SHA-256) at the most pixels it was shown with."""

_SHRUNK_BYTES = 96 * 2**20
_PATCHES_BYTES = 256 * 2**20
_FEATURES_BYTES = 512 * 2**20
_GRIDS_BYTES = 2**20


class Pictures:
    """The pictures of prompts for one model.

    Args:
        parts: its model and processor.
        store: where the pictures lie.
    """

    def __init__(self, parts: Parts, store: Store) -> None:
        self._parts, self._store = parts, store
        self.by_grid = _by_grid(parts)
        self.passes = 0  # pictures that went through the vision encoder
        self._shrunk: Recent[Key, Image] = Recent(_SHRUNK_BYTES, lambda i: 3 * i.width * i.height)
        self._grids: Recent[Key, Any] = Recent(_GRIDS_BYTES, _bytes_of)
        self._patches: Recent[Key, Any] = Recent(_PATCHES_BYTES, _bytes_of)
        self._features: Recent[Key, _Encoded] = Recent(_FEATURES_BYTES, lambda f: f.bytes)

    @property
    def a_token(self) -> float:
        """Pixels that one token shows."""
        if not self.by_grid:
            return PIXELS_A_TOKEN
        processor = self._parts.processor.image_processor
        return float((processor.patch_size * processor.merge_size) ** 2)

    @property
    def holds(self) -> bool:
        """Whether anything is kept in the model's memory."""
        return len(self._features) > 0

    def forget(self) -> None:
        """Give back what is kept in the model's memory."""
        self._features.clear()

    def tokenize(
        self, prompt: str, pictures: Sequence[Picture], pixels: Sequence[int], *, tiled: bool = True
    ) -> Any:
        """The prompt's tensors (batch of one), the placeholders grown to each picture's tokens.

        Where the model takes pictures by their grids, its patches are left out; see `encoded`.
        """
        processor = self._parts.processor
        options: dict[str, Any] = {"return_tensors": "pt"}
        bos = self._parts.tokenizer.bos_token
        if bos is not None and prompt.startswith(bos):
            options["add_special_tokens"] = False
        if not self._parts.sees_images:
            return processor(prompt, add_special_tokens=False, return_tensors="pt")
        if not pictures:
            return processor(text=[prompt], **options)
        if self.by_grid:
            prompt, grids = self._grown(prompt, pictures, pixels)
            # Not the processor: it counts the pictures it is given.
            made = self._parts.tokenizer([prompt], **options)
            shown = made["input_ids"] == processor.image_token_id
            made.update(image_grid_thw=grids, mm_token_type_ids=shown.long())
            return made
        images = [self.shrunk(p, n) for p, n in zip(pictures, pixels, strict=True)]
        options |= _tiling(processor, images, min(pixels), tiled=tiled)
        return processor(text=[prompt], images=images, **options)

    def encoded(self, pictures: Sequence[Picture], pixels: Sequence[int]) -> Any:
        """What the vision encoder makes of pictures, as the model's `forward` takes it."""
        made = [self._encode((p.sha256, n), p) for p, n in zip(pictures, pixels, strict=True)]
        return _joined(made)

    def shrunk(self, picture: Picture, pixels: int) -> Image:
        """A picture at the most pixels it may have; nobody may change it."""
        key = (picture.sha256, pixels)
        return self._shrunk.get(key) or self._shrunk.put(key, self._store.resized(picture, pixels))

    def _grown(
        self, prompt: str, pictures: Sequence[Picture], pixels: Sequence[int]
    ) -> tuple[str, Any]:
        """The prompt with a placeholder for every token of a picture, and the grids `[n, 3]`."""
        import torch

        token = self._parts.processor.image_token
        merge = self._parts.processor.image_processor.merge_size**2
        grids = [self._grid((p.sha256, n), p) for p, n in zip(pictures, pixels, strict=True)]
        pieces = prompt.split(token)
        if len(pieces) != len(grids) + 1:
            raise ValueError(f"{len(pieces) - 1} places for {len(grids)} pictures")
        grown = pieces[0]
        for grid, piece in zip(grids, pieces[1:], strict=True):
            grown += token * (int(grid.prod()) // merge) + piece
        return grown, torch.cat(grids)

    def _grid(self, key: Key, picture: Picture) -> Any:
        grid = self._grids.get(key)
        return self._cut(key, picture)[1] if grid is None else grid

    def _cut(self, key: Key, picture: Picture) -> tuple[Any, Any]:
        """A picture's patches and its grid `[1, 3]`, by the model's own processor."""
        patches, grid = self._patches.get(key), self._grids.get(key)
        if patches is None or grid is None:
            image = self.shrunk(picture, key[1])
            made = self._parts.processor.image_processor([image], return_tensors="pt")
            patches = self._patches.put(key, made["pixel_values"])
            grid = self._grids.put(key, made["image_grid_thw"])
        return patches, grid

    def _encode(self, key: Key, picture: Picture) -> _Encoded:
        known = self._features.get(key)
        if known is not None:
            return known
        import torch

        model = self._parts.model
        patches, grid = self._cut(key, picture)
        self.passes += 1
        with torch.no_grad():
            made = model.get_image_features(
                pixel_values=patches.to(model.device, model.dtype),
                image_grid_thw=grid.to(model.device),
                return_dict=True,
            )
        deep = [level[0] for level in getattr(made, "deepstack_features", None) or ()]
        return self._features.put(key, _Encoded(type(made), made.pooler_output[0], deep))


class _Encoded:
    """One picture as the vision encoder gives it: `[tokens, width]`, and the same of early layers."""

    def __init__(self, kind: Any, tokens: Any, deep: list[Any]) -> None:
        self.kind, self.tokens, self.deep = kind, tokens, deep
        self.bytes = sum(map(_bytes_of, (tokens, *deep)))


def _joined(made: Sequence[_Encoded]) -> Any:
    """Several pictures in the shape that the library's models hand on."""
    values: dict[str, Any] = {"pooler_output": tuple(one.tokens for one in made)}
    if made[0].deep:
        values["deepstack_features"] = [
            tuple(one.deep[level] for one in made) for level in range(len(made[0].deep))
        ]
    return made[0].kind(**values)


def _by_grid(parts: Parts) -> bool:
    """Whether pictures are encoded one by one and may be given as encoded."""
    import inspect

    model, processor = parts.model, parts.processor
    takes = inspect.signature(model.forward).parameters
    return (
        parts.sees_images
        and {"image_grid_thw", "mm_encoder_outputs"} <= set(takes)
        and hasattr(model, "get_image_features")
        and hasattr(processor, "image_token")
        and hasattr(getattr(processor, "image_processor", None), "merge_size")
    )


def _tiling(processor: Any, images: Sequence[Image], pixels: int, *, tiled: bool) -> dict[str, Any]:
    """Settings that keep processors which cut pictures into tiles within the pixel budget.

    They enlarge every picture to a fixed longest edge first (Idefics3, SmolVLM), whatever its size.
    """
    tiling = getattr(processor, "image_processor", None)
    edge = (getattr(tiling, "size", None) or {}).get("longest_edge")
    tile = (getattr(tiling, "max_image_size", None) or {}).get("longest_edge")
    if not images or not edge or not tile:
        return {}
    if not tiled:
        return {"images_kwargs": {"do_image_splitting": False}}
    edges = [math.sqrt(pixels * max(i.size) / min(i.size)) for i in images]
    return {"images_kwargs": {"size": {"longest_edge": max(tile, min(edge, int(min(edges))))}}}


def _bytes_of(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())
