"""What the parts of a run share: the device, its clock and its memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image, ImageDraw

from ...media.store import Store
from ...schema import Picture
from ...settings import DeviceName
from ...weights import hardware

__all__ = ["Bench", "page"]

_REPEATS = 3


@dataclass
class Bench:
    """Where a run measures.

    Attributes:
        folder: scratch.
        tiny: a rehearsal, with the smallest sizes that work.
        bandwidth: bytes a second the device reads, once it was measured.
    """

    folder: Path
    store: Store
    device: DeviceName
    dtype: Any
    tiny: bool
    bandwidth: float = 0.0
    held: dict[str, int] = field(default_factory=dict)

    @classmethod
    def here(cls, folder: Path, tiny: bool) -> Bench:
        """On the GPU; a rehearsal also without one."""
        import torch

        device: DeviceName = "cuda" if hardware.has_gpu() else "cpu"
        if device == "cpu" and not tiny:
            raise RuntimeError("there is no GPU here; `--tiny` rehearses the run on the processor")
        half = torch.bfloat16 if hardware.has_bf16() else torch.float16
        dtype = half if device == "cuda" else torch.float32
        return cls(folder, Store(folder / "store"), device, dtype, tiny)

    def seconds(self, work: Callable[[], object], repeats: int = _REPEATS) -> float:
        """Median time of a piece of work, the first time not counted; of a rehearsal one time."""
        if self.tiny:
            return self.once(work)
        return median([self.once(work) for _ in range(repeats + 1)][1:])

    def once(self, work: Callable[[], object]) -> float:
        """Seconds of one time, until the device has done it."""
        self.wait()
        began = time.perf_counter()
        work()
        self.wait()
        return time.perf_counter() - began

    def wait(self) -> None:
        """Until the device is idle."""
        import torch

        if self.device == "cuda":
            torch.cuda.synchronize()

    def memory(self) -> int:
        """Bytes that tensors of this process hold on the device."""
        import torch

        return int(torch.cuda.memory_allocated()) if self.device == "cuda" else 0

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Remember how many bytes more are held after this than before."""
        before = self.memory()
        yield
        self.held[name] = self.memory() - before

    def free(self) -> None:
        """Give back what nobody refers to."""
        import gc

        import torch

        gc.collect()
        if self.device == "cuda":
            torch.cuda.empty_cache()

    def picture(self, side: int = 1_000, number: int = 0) -> Picture:
        """A page with lines; another one for each number."""
        return self.store.add(page(64 if self.tiny else side, number))


def page(side: int, number: int = 0) -> Image.Image:
    """A square page of text lines."""
    image = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(image)
    for line in range(40):
        draw.text(
            (side // 20, line * side // 40), f"{number} line {line}: {line * 37} euros", "black"
        )
    return image
